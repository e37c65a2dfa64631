/** Kernel settings that `sysctl: manual` leaves to the operator. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { foundIn, pairText } from "./facts.ts";

test("clients that use a port again stay with a server that is drained or gone", () => {
  const sysctls = { "net/ipv4/vs/conn_reuse_mode": "0" };
  assert.deepEqual(foundIn({ text: `${pairText}sysctl: manual\n`, sysctls }), [
    "settings (endangers): net.ipv4.vs.conn_reuse_mode is 0, and 1 is needed -> sysctl -w 'net.ipv4.vs.conn_reuse_mode=1'",
  ]);
});
