import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DesiredServices } from "../../../src/daemon/table/desired-services.ts";
import type { RealServerHealth } from "../../../src/health/health.ts";
import { desiredTable, notIdle } from "../../../src/table/desired.ts";
import { config, realServer, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const servers = ["rs1", "rs2", "rs3"];
const pair = config(
  ...["web", "mail"].map((name, index) =>
    virtualServer(name, {
      port: 80 - index,
      realServers: servers.map((server, at) =>
        realServer(server, { address: address(`10.0.0.${at + 1}`) }),
      ),
    }),
  ),
  virtualServer("off", { active: false, port: 443 }),
);

test("the remembered table is the one that would be built, whatever changes in whatever order", () => {
  const changes = fc.array(
    fc.tuple(
      fc.constantFrom("web", "mail", "off"),
      fc.constantFrom(...servers),
      fc.constantFrom(null, 0, 1, 7),
    ),
  );
  fc.assert(
    fc.property(changes, (list) => {
      const health = new Map<string, RealServerHealth>();
      const desired = new DesiredServices(() => health);
      desired.configure(pair, notIdle);
      for (const [service, server, tableWeight] of list) {
        health.set(`${service}/${server}`, { state: "up", tableWeight });
        desired.changed(service);
        assert.deepEqual([...desired.table()], [...desiredTable(pair, health)]);
      }
    }),
  );
});

test("what has not changed is the same object", () => {
  const health = new Map<string, RealServerHealth>();
  const desired = new DesiredServices(() => health);
  desired.configure(pair, notIdle);
  const before = desired.table();
  assert.equal(desired.table(), before);
  health.set("web/rs1", { state: "up", tableWeight: 1 });
  desired.changed("web");
  const after = desired.table();
  assert.notEqual(after, before);
  assert.equal(after.get("tcp 192.0.2.1:79"), before.get("tcp 192.0.2.1:79"));
  assert.equal(before.get("tcp 192.0.2.1:80")?.destinations.size, 0, "a table stays as it was");
  desired.changed("of another configuration");
  assert.equal(desired.table(), after);
});
