import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "./read.ts";

test("addresses on both nodes are named: lvsd has one active router", () => {
  const { findings } = read(["haresources", "a IPaddr::192.0.2.10/24\nb IPaddr::192.0.2.11/24\n"]);
  assert.ok(findings.some(({ kind, origin }) => kind === "suspicious" && origin?.line === 2));
});

test("the swap of the kernel's synchronisation is connection_sync", () => {
  const { findings } = read(["haresources", "a IPaddr::192.0.2.10/24 LVSSyncDaemonSwap::master\n"]);
  assert.ok(findings.some(({ kind, text }) => kind === "left-out" && /connection_sync/.test(text)));
});
