import assert from "node:assert/strict";
import { test } from "node:test";
import { nextRunning } from "../../../src/daemon/config/next-running.ts";
import { primary, written } from "./machines.ts";

test("a new configuration that would change the role, or fits no address here, is refused", () => {
  const machine = { interfaces: primary, ipv6: null, forced: null } as const;
  const why = (next: ReturnType<typeof nextRunning>) =>
    "problems" in next ? next.problems[0]?.message : "runs";
  assert.equal(why(nextRunning(written, { ...machine, role: "primary" })), "runs");
  assert.match(
    why(nextRunning(written, { ...machine, role: "backup" })) ?? "",
    /it would make this backup the primary/,
  );
  assert.match(
    why(nextRunning(written, { ...machine, interfaces: [], role: null })) ?? "",
    /none of the routers' addresses is here/,
  );
});
