import assert from "node:assert/strict";
import { test } from "node:test";
import { imported } from "./imported.ts";

test("virtuals that differ only in the port are offered, and folded where it is asked for", () => {
  const one = (port: number): string =>
    `virtual=192.0.2.10:${port}\n    real=192.0.2.21 gate\n    checktype=connect\n\n`;
  const text = one(81) + one(82) + one(83);
  assert.equal(Object.keys(imported(text).yaml.virtual_servers).length, 3);
  const folded = Object.values(imported(text, { fold: true }).yaml.virtual_servers) as {
    ports: number[];
  }[];
  assert.deepEqual(
    folded.map(({ ports }) => ports),
    [[81, 82, 83]],
  );
});
