import assert from "node:assert/strict";
import { test } from "node:test";
import { adoptTable } from "../../../src/daemon/table/adoption.ts";
import { config, virtualServer } from "../../table/configs.ts";

/** What is reported when the kernel's table is adopted. */
async function adopted(of: Parameters<typeof adoptTable>[0], services: number, read: () => object) {
  const said: object[] = [];
  const health = { adopt: () => ({ services, destinations: 2 }) };
  const doors = {
    ipvsadm: { readTable: async () => read() },
    report: (event: object) => said.push(event),
  };
  await adoptTable(of, health as never, doors as never);
  return said;
}
const web = config(virtualServer("web"));
const table = () => ({ table: new Map() });

test("what the kernel has of the configuration is taken over, and said", async () => {
  assert.deepEqual(await adopted(web, 1, table), [
    { event: "ipvs", kind: "adopted", services: 1, destinations: 2 },
  ]);
  assert.deepEqual(await adopted(web, 0, table), []);
});

test("a table that cannot be read is an event; nothing is read where nothing is balanced", async () => {
  const fails = () => {
    throw new Error("no IPVS");
  };
  assert.deepEqual(await adopted(web, 1, fails), [
    { event: "ipvs", kind: "failed", text: "cannot be read: no IPVS" },
  ]);
  assert.deepEqual(await adopted(config(), 1, fails), []);
});
