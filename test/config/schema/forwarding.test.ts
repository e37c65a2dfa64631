import assert from "node:assert/strict";
import { test } from "node:test";
import { problemsOf, serversOf, withServer } from "../forwarding/tunnels.ts";
import { accepted, readText } from "../texts.ts";

test("a tunnel is IP in IP unless it says otherwise, and real servers may differ", () => {
  const servers = serversOf(
    "forwarding: tunnel\ntunnel: { type: gue, port: 6080, checksum: remote }",
    `{ a: { address: 10.0.0.1 }, b: { address: 10.0.0.2, tunnel: { type: gre, checksum: true } },
       c: { address: 10.0.0.3, tunnel: {} }, d: { address: 10.0.0.4, forwarding: nat } }`,
  );
  assert.deepEqual(
    servers.map(({ forwarding, tunnel }) => [forwarding, tunnel]),
    [
      ["tunnel", { type: "gue", port: 6080, checksum: "remote" }],
      ["tunnel", { type: "gre", checksum: true }],
      ["tunnel", { type: "ipip" }],
      ["nat", { type: "ipip" }],
    ],
  );
});

test("SCTP is balanced, without a check unless one is given", () => {
  const [server] = serversOf("protocol: sctp", "{ a: { address: 10.0.0.1 } }");
  assert.deepEqual(server?.check, { type: "none" });
  const [checked] = serversOf("protocol: sctp\ncheck: {type: tcp}", "{ a: {address: 10.0.0.1} }");
  assert.equal(checked?.check.type, "tcp");
  assert.match(
    problemsOf("protocol: sctp\none_packet: true", "{}")[0] ?? "",
    /one-packet scheduling of sctp/,
  );
});

test("the persistence engine sip is for UDP", () => {
  const keys = "persistence: { engine: sip }\n";
  const config = accepted(readText(withServer(`${keys}protocol: udp`, "{}")));
  assert.equal(config.virtualServers[0]?.persistence?.engine, "sip");
  assert.match(problemsOf(keys, "{}")[0] ?? "", /sip with protocol tcp; it is for protocol: udp/);
  assert.match(
    problemsOf("persistence: { engine: rtp }", "{}")[0] ?? "",
    /unknown persistence eng/,
  );
});
