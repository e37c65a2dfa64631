import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { imported, pair, said, web } from "./imported.ts";

test("two routers' files: the higher priority is the primary", () => {
  const backup = pair
    .replace("MASTER", "BACKUP")
    .replace("150", "100")
    .replace("unicast_src_ip 192.0.2.1", "unicast_src_ip 192.0.2.2")
    .replace("{ 192.0.2.2 }", "{ 192.0.2.1 }");
  const { yaml } = imported(backup + web, {}, ["two.conf", pair + web]);
  assert.deepEqual(yaml.routers, {
    primary: { public: "192.0.2.1" },
    backup: { public: "192.0.2.2" },
  });
});

describe("a pair", () => {
  const { yaml } = imported(pair + web);

  test("routers, heartbeat, links and VIPs come from the instance", () => {
    assert.deepEqual(yaml.routers, {
      primary: { public: "192.0.2.1" },
      backup: { public: "192.0.2.2" },
    });
    assert.deepEqual(yaml.heartbeat, { interval: "1s", dead_after: "3s" });
    assert.deepEqual(yaml.failover, { failback: "auto", monitor_links: ["eth0"] });
    assert.deepEqual(yaml.vips, [{ address: "192.0.2.50/24", device: "eth0" }]);
  });
});

describe("what keepalived swallows of an instance is said with its line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    ["MASTER with nopreempt", pair.replace("priority 150", "nopreempt"), /^suspicious 5 nopreempt/],
    [
      "a name among the VIPs",
      pair.replace("192.0.2.50/24", "fwmark 21"),
      /^suspicious 14 .*fwmark 21: no address/,
    ],
  ];

  for (const [what, text, line] of cases)
    test(what, () => {
      includes(said(text), line);
    });
});
