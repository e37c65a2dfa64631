/** Lines of ipvsadm's, and what of them lvsd says otherwise or not at all. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { importDefaults } from "../../../../src/config/import/imported.ts";
import { problemsOf } from "../filled-in.ts";
import { includes } from "../includes.ts";

const routers = {
  primary: { public: "192.0.2.1", private: null },
  backup: { public: "192.0.2.2", private: null },
};
const read = (text: string) =>
  importFiles([{ name: "table", text }], "ipvsadm", { ...importDefaults, ...routers });

function imported(text: string) {
  const result = read(text);
  assert.ok("text" in result, JSON.stringify(result));
  assert.deepEqual(problemsOf(result.text), []);
  const said = result.findings.map(
    ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line ?? 0} ${subject}: ${why}`,
  );
  return { yaml: parse(result.text), said };
}

const service = (options: string, ...servers: readonly string[]): string =>
  `-A -t 192.0.2.10:80 ${options}\n${servers.map((one) => `-a -t 192.0.2.10:80 -r ${one}\n`).join("")}`;

test("timeouts and the kernel's synchronisation", () => {
  const { yaml } = imported(
    `ipvsadm --set 900 0 300\nipvsadm --start-daemon master --mcast-interface eth1 --syncid 7\n${service("-s rr")}`,
  );
  assert.deepEqual(yaml.timeouts, { tcp: "900s", udp: "300s" });
  assert.deepEqual(yaml.connection_sync, { device: "eth1", id: 7 });
  const words = "--mcast-group 239.1.2.3 --mcast-port 8849 --mcast-ttl 2 --sync-maxlen 1400";
  const all = imported(`ipvsadm --start-daemon backup --mcast-interface eth1 ${words}\n`);
  assert.deepEqual(all.yaml.connection_sync, {
    device: "eth1",
    id: 0,
    group: "239.1.2.3",
    port: 8849,
    ttl: 2,
    max_length: 1400,
  });
});

test("timeouts that are none are refused with their line", () => {
  for (const line of ["--set 900 0", "--set 900 0 x", "--set 1 2 9999999999"]) {
    const result = read(`${service("-s rr")}${line}\n`);
    assert.ok("problems" in result, line);
    assert.equal(result.problems[0]?.line, 2);
  }
});

describe("what the kernel takes otherwise is said", () => {
  const cases: readonly (readonly [text: string, said: RegExp])[] = [
    [service("-s twos"), /^suspicious 1 .*"twos" is no scheduler of lvsd's; wlc is taken/],
    [service("-s mh -b sh-port"), /^suspicious 1 .*sh-port: no flags of mh/],
    [service("-s rr -b flag-1"), /^suspicious 1 .*flag-1: no flags of rr/],
    [service("-s rr -o"), /^carried 1 .*-o is for datagrams/],
    [service("-s rr -p 60 --pe sip"), /^left-out 1 .*--pe sip: the kernel's only engine/],
    [
      service("-s rr", "10.9.0.1:80 -m", "10.9.0.1:80 -m"),
      /^suspicious 3 10\.9\.0\.1: listed twice/,
    ],
    [
      service("-s rr", "10.9.0.1:80 -g", "10.9.0.1:81 -g"),
      /^suspicious 3 10\.9\.0\.1: listed twice/,
    ],
    [service("-s rr", "10.9.0.1:81 -g"), /^changed 2 10\.9\.0\.1: port 81: with direct/],
    [service("-s rr", "[fd00::1]:80 -m"), /^left-out 2 fd00::1: of the other address family/],
    [service("-s rr", "10.9.0.1:80 -m -w 70000"), /^changed 2 .*weight 70000: 65535 is the most/],
    [service("-s rr", "10.9.0.1:80 -m -x 5 -y 9"), /^left-out 2 .*connections/],
    ["-A -f 3 -s rr\n-a -f 3 -r 10.9.0.1:80 -g\n", /^changed 2 .*0 in lvsd's table/],
    ["-A -f 3 -s rr\n-A -f 3 -6 -s rr\n", /^carried 2 .*one service for both families/],
    ["-A -f 3 -s rr\n-A -f 3 -6 -s wlc\n", /^suspicious 2 .*whose scheduler and persistence/],
  ];
  for (const [text, line] of cases)
    test(JSON.stringify(text), () => includes(imported(text).said, line));
});

test("flags by number are the scheduler's own", () => {
  const { yaml } = imported(service("-s mh -b flag-1,flag-2"));
  const { scheduler_flags: flags } = yaml.virtual_servers["tcp-192.0.2.10-80"];
  assert.deepEqual(flags, ["mh-fallback", "mh-port"]);
});

test("a mark of both families is one service with the real servers of both", () => {
  const { yaml } = imported(
    "-A -f 3 -s rr\n-a -f 3 -r 10.9.0.1:0 -g\n-A -f 3 -6 -s rr\n-a -f 3 -6 -r [fd00::1]:0 -g\n",
  );
  assert.deepEqual(Object.keys(yaml.virtual_servers), ["mark-3"]);
  assert.equal(Object.keys(yaml.virtual_servers["mark-3"].real_servers).length, 2);
});

test("a service on all ports has no port that a check could go to", () => {
  const { yaml } = imported(
    "-A -t 192.0.2.10:0 -s rr -p 60\n-a -t 192.0.2.10:0 -r 10.9.0.1:0 -m\n",
  );
  assert.deepEqual(yaml.virtual_servers["tcp-192.0.2.10-any"].check, { type: "none" });
});
