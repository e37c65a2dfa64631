import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf, external, problems } from "./served.ts";

test("a packet belongs to one virtual server, and a mark to one", () => {
  const two = (second: string) =>
    problems(`a: { address: [192.0.2.2, 192.0.2.3], ports: [80, 8000-8010] }\n  b: ${second}`);
  assert.match(
    two("{ address: 192.0.2.3, port: 8005 }")[0] ?? "",
    /virtual_servers\.b: tcp 192\.0\.2\.3:8005 is served by virtual_servers\.a already/,
  );
  assert.match(
    two("{ address: 192.0.2.2, ports: [79-81, 90] }")[0] ?? "",
    /tcp 192\.0\.2\.2:80 is/,
  );
  const sound =
    "a: { address: 192.0.2.2, ports: [80, 443] }\n  b: { address: 192.0.2.2, ports: [80/udp, 81] }";
  assert.equal(configOf(sound).virtualServers.length, 2);
  assert.match(
    problems("a: { fwmark: 5 }\n  b: { fwmark: 5 }", external)[0] ?? "",
    /5 is the mark of virtual_servers\.a already/,
  );
});
