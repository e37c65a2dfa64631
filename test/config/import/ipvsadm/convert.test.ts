import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { importDefaults } from "../../../../src/config/import/imported.ts";
import { parseAddress } from "../../../../src/model/address.ts";

const own = parseAddress("192.0.2.1");
assert.ok(own !== null);
const options = { ...importDefaults, primary: { public: own, private: null } };
const read = (text: string) => importFiles([{ name: "ipvs.save", text }], null, options);

const table = `-A -t 192.0.2.10:80 -s wlc -p 300 -M 255.255.255.0
-a -t 192.0.2.10:80 -r 10.0.0.1:80 -m -w 1
-a -t 192.0.2.10:80 -r 10.0.0.2:8080 -m -w 5 -x 100 -y 50
-A -u 192.0.2.10:53 -s rr -o
-a -u 192.0.2.10:53 -r 10.0.0.1:53 -g -w 1
-A -t [2001:db8::10]:443 -s sh -b sh-port
-a -t [2001:db8::10]:443 -r [2001:db8::1]:443 -i -w 3
`;

test("a saved table keeps services, order, forwarding, weights and limits", () => {
  const result = read(table);
  assert.ok("text" in result, JSON.stringify(result));
  for (const line of [
    /persistence:\n {6}timeout: 300s\n {6}netmask: 255\.255\.255\.0/,
    /rs2: \{ address: 10\.0\.0\.2, port: 8080, weight: 5, connections: \{ max: 100, min: 50 \} \}/,
    /udp-192\.0\.2\.10-53:[\s\S]*one_packet: true/,
    /scheduler_flags: \[sh-port\]/,
    /forwarding: tunnel/,
  ])
    assert.match(result.text, line);
  assert.ok(result.text.indexOf("tcp-192") < result.text.indexOf("udp-192"));
});

test("ipvsadm's commands, with long options, are read alike", () => {
  const result = read(
    "ipvsadm --clear\nipvsadm --add-service --tcp-service 192.0.2.9:25 --scheduler rr\n" +
      "ipvsadm --add-server --tcp-service 192.0.2.9:25 --real-server 10.0.0.9:25 --gatewaying\n",
  );
  assert.ok("text" in result, JSON.stringify(result));
  assert.match(result.text, /rs1: \{ address: 10\.0\.0\.9, weight: 1 \}/);
});

describe("what cannot be read is refused with its line", () => {
  const refused: readonly (readonly [text: string, message: RegExp])[] = [
    [`${table}-a -t 192.0.2.99:80 -r 10.0.0.1:80 -m\n`, /^8: .*has no -A before/],
    [`${table}-A -t 192.0.2.10:80 -s wlc\n`, /^8: .*added twice/],
    [`${table}-A -t www.example.com:80 -s wlc\n`, /^8: "www\.example\.com:80" is no ADDRESS:PORT/],
    [`${table}-A -f 0 -s wlc\n`, /^8: "0" is no firewall mark/],
    [`${table}hello\n`, /^8: unexpected "hello"/],
    [`${table}-E -t 192.0.2.10:80\n`, /^8: neither -A nor -a/],
  ];
  for (const [text, message] of refused)
    test(String(message), () => {
      assert.ok("text" in read(table));
      const result = read(text);
      assert.ok("problems" in result);
      const [problem] = result.problems;
      assert.match(`${problem?.line}: ${problem?.message}`, message);
    });
});

test("a mark is said to need its rules", () => {
  const result = read("-A -f 5 -s rr\n-a -f 5 -r 10.0.0.1:0 -g -w 1\n");
  assert.ok("text" in result);
  assert.match(result.text, /fwmark: 5/);
  assert.ok(result.findings.some(({ kind }) => kind === "suspicious"));
});

test("a text of no known system is refused", () => {
  const result = read("hello world\n");
  assert.ok("problems" in result);
  assert.match(result.problems[0]?.hint ?? "", /--from piranha\|.*ipvsadm/);
});

test("tunnels keep their kind, and sh stays without the fallback flag that lvsd would give it", () => {
  const text =
    "-A -t 192.0.2.10:80 -s sh\n-a -t 192.0.2.10:80 -r 10.0.0.1:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum\n";
  const read = importFiles([{ name: "t", text }], null, importDefaults);
  assert.ok("text" in read);
  const [server] = Object.values(parse(read.text).virtual_servers) as Record<string, object>[];
  assert.deepEqual(server?.scheduler_flags, []);
  assert.deepEqual(server?.real_servers, {
    rs1: {
      address: "10.0.0.1",
      weight: 1,
      tunnel: { type: "gue", port: 6080, checksum: true },
    },
  });
});
