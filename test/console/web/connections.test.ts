import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { boundConnections } from "../../../src/console/web/connections.ts";

/** Opens so many from one address of loopback; those that stay open. */
async function opened(port: number, from: string, count: number): Promise<readonly Socket[]> {
  const all = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect({ host: "127.0.0.1", port, localAddress: from });
      socket.on("error", () => {});
      // The server greets whom it takes.
      await Promise.race([once(socket, "data"), once(socket, "close")]);
      return socket;
    }),
  );
  return all.filter(({ destroyed }) => !destroyed);
}

async function bounded(t: TestContext, isAllowed: (address: string) => boolean): Promise<number> {
  const server = createServer();
  const taken: Socket[] = [];
  boundConnections(server, isAllowed);
  server.on("connection", (socket: Socket) => {
    taken.push(socket);
    if (!socket.destroyed) socket.on("error", () => {}).write("here");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of taken) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

describe("the connections of one address", () => {
  it("are bounded, so that another one has some, and are free again when they end", async (t) => {
    const port = await bounded(t, () => true);
    const first = await opened(port, "127.0.0.2", 420);
    assert.equal(first.length, 400);
    const other = await opened(port, "127.0.0.3", 3);
    assert.equal(other.length, 3);
    for (const socket of first) socket.destroy();
    let again: readonly Socket[] = [];
    while (again.length === 0) again = await opened(port, "127.0.0.2", 1);
    for (const socket of [...other, ...again]) socket.destroy();
  });

  it("are few for all together who may not use the console", async (t) => {
    const port = await bounded(t, (address) => address === "127.0.0.9");
    const strangers = [
      ...(await opened(port, "127.0.0.2", 10)),
      ...(await opened(port, "127.0.0.3", 10)),
    ];
    assert.equal(strangers.length, 16);
    const allowed = await opened(port, "127.0.0.9", 5);
    assert.equal(allowed.length, 5);
    for (const socket of [...strangers, ...allowed]) socket.destroy();
  });
});
