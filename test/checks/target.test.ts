import assert from "node:assert/strict";
import { test } from "node:test";
import { targetIdentity, targetOf } from "../../src/checks/target.ts";
import { ms } from "../../src/model/time.ts";
import { address } from "../table/tables.ts";
import { commandCheck, tcpCheck } from "./servers.ts";

const own = { address: address("10.0.0.1"), port: 80 };
const path = { vip: address("192.0.2.2"), port: 443, mark: 7, source: null } as never;
const rhythm = { interval: ms(1), timeout: ms(1), fall: 1, rise: 1 };
const ping = { type: "ping", ...rhythm, address: null } as const;

test("a try goes to the real server, unless its check names another place", () => {
  assert.deepEqual(targetOf(tcpCheck(), own), own);
  assert.deepEqual(targetOf(tcpCheck({ port: 81 }), own), { ...own, port: 81 });
  const elsewhere = { address: address("10.9.9.9"), port: 81 };
  assert.deepEqual(targetOf(tcpCheck(elsewhere), own), elsewhere);
  assert.deepEqual(targetOf(tcpCheck(), { ...own, path }), { ...own, path });
  assert.deepEqual(targetOf({ type: "none" }, own), own);
});

test("tries are the same where what matters of their target is: of ICMP no port", () => {
  assert.deepEqual(targetIdentity(ping, own), { address: own.address });
  assert.deepEqual(targetIdentity(tcpCheck(), own), own);
  assert.deepEqual(targetIdentity(commandCheck("/bin/true"), own), own);
});
