import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "./read.ts";

test("addresses on both nodes are named: lvsd has one active router", () => {
  const { findings } = read(["haresources", "a IPaddr::192.0.2.10/24\nb IPaddr::192.0.2.11/24\n"]);
  assert.ok(findings.some(({ kind, origin }) => kind === "suspicious" && origin?.line === 2));
});
