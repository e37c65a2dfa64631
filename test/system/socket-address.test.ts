import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { portOf, socketAddress } from "../../src/system/socket-address.ts";
import { address } from "../table/tables.ts";

test("an address and port are the C library's bytes, the port in network order", () => {
  const four = Buffer.from(socketAddress(address("192.0.2.1"), 539)).toString("hex");
  assert.equal(four, "0200021bc00002010000000000000000");
  const six = Buffer.from(socketAddress(address("2001:db8::1"), 80)).toString("hex");
  assert.equal(six, `0a00005000000000${"20010db8000000000000000000000001"}00000000`);
});

test("the port of a socket is the kernel's; none where there is no socket", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const at = server.address();
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  assert.equal(portOf(fd), typeof at === "object" ? at?.port : null);
  assert.equal(portOf(-1), 0);
});
