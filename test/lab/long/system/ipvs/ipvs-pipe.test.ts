import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change } from "../../../../../src/table/table.ts";
import { install } from "../../../../system/scripts.ts";
import { desired, open, program, whole } from "./scripted.ts";

test("refusals with the words of a barrier are not taken for it", async (t) => {
  const { ipvsadm } = open(t);
  const service = desired.get("tcp 192.0.2.1:80") ?? assert.fail();
  const destination = service.destinations.get("10.0.0.1:80") ?? assert.fail();
  const changes: Change[] = [
    { kind: "edit-destination", service: service.identity, destination, before: destination },
    { kind: "edit-service", service, before: service },
    { kind: "edit-destination", service: service.identity, destination, before: destination },
  ];
  const { refused } = await ipvsadm.apply(changes);
  assert.deepEqual(
    refused.map(({ reason }) => reason),
    ["Service not defined", "No such service", "Service not defined"],
  );
});

test("a program that somebody killed is started again and nothing counts as refused", async (t) => {
  const { ipvsadm, file, tell } = open(t);
  await ipvsadm.apply(whole.slice(0, 2));
  process.kill(Number(file("started").trim()), "SIGKILL");
  assert.deepEqual(await ipvsadm.apply(whole.slice(2)), { refused: [] });
  tell("table", "");
  assert.deepEqual(await ipvsadm.apply(whole), { refused: [] });
  assert.equal(file("started").trim().split("\n").length, 2);
});

test("a program that hangs is killed at the deadline, and the next call begins afresh", async (t) => {
  const { ipvsadm, path } = open(t, "sleep 60");
  const begin = performance.now();
  await assert.rejects(ipvsadm.apply(whole), /MachineError: ipvsadm: gave no answer within \d+ ms/);
  assert.ok(performance.now() - begin < 4000, "the deadline holds");
  install(path, "ipvsadm", program);
  assert.deepEqual(await ipvsadm.apply(whole), { refused: [] });
});
