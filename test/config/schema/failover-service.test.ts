import assert from "node:assert/strict";
import { test } from "node:test";
import { servicesOf, sound } from "../services.ts";

test("a service is two commands, 30 s and no check unless it says otherwise", () => {
  assert.deepEqual(servicesOf(sound), [
    {
      name: "mail",
      start: { command: "/bin/on", args: [] },
      stop: { command: "/bin/off", args: [] },
      timeout: 30_000,
      check: { type: "none" },
    },
  ]);
});
