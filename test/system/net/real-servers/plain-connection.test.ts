import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import type { IpAddress } from "../../../../src/model/address.ts";
import { errnos } from "../../../../src/system/libc.ts";
import {
  type Opener,
  PlainConnection,
  type Speaker,
} from "../../../../src/system/net/real-servers/plain-connection.ts";
import { nobody, serve, until } from "../../../checks/servers.ts";

type Ends = Opener & Speaker;

/** Writes down what is heard, and does what a test wants on top. */
function ends(acts: Partial<Ends> = {}): Ends & { readonly heardOf: string[] } {
  const heardOf: string[] = [];
  const note = (what: string): void => {
    heardOf.push(what);
  };
  return {
    heardOf,
    connected: () => [note("connected"), acts.connected?.()],
    heard: (bytes) => [note(`heard ${bytes}`), acts.heard?.(bytes)],
    ended: () => [note("ended"), acts.ended?.()],
    failed: (error) => [note(`failed ${error}`), acts.failed?.(error)],
    threw: (thrown) => [note(`threw ${(thrown as Error).message}`), acts.threw?.(thrown)],
  };
}

function open(
  context: TestContext,
  to: { readonly address: IpAddress; readonly port: number },
  told: Opener,
): PlainConnection {
  const connection = PlainConnection.open(to, told);
  assert.ok(typeof connection !== "number", `error ${connection}`);
  context.after(() => connection.close());
  return connection;
}

describe("a plain connection", () => {
  it("speaks and hears, learns of the other side's end, and may still speak", async (context) => {
    let said = "";
    const server = await serve(context, (socket) => {
      socket.on("data", (bytes) => {
        said += bytes;
        if (said === "hello") socket.end("world");
      });
    });
    const told = ends({
      connected() {
        connection.listen(told);
        connection.say(Buffer.from("hello"), () => told.heardOf.push("sent"));
      },
      ended: () => connection.say(Buffer.from(" and goodbye"), () => {}),
    });
    const connection = open(context, server, told);
    assert.deepEqual(told.heardOf, [], "nothing at once");
    await until("the last words", () => said === "hello and goodbye");
    assert.deepEqual(told.heardOf, ["connected", "sent", "heard world", "ended"]);
  });

  it("is refused by name of the error, and says nothing after that", async (context) => {
    const told = ends();
    open(context, await nobody(context), told);
    await until("it is refused", () => told.heardOf.length > 0);
    assert.deepEqual(told.heardOf, [`failed ${errnos.ECONNREFUSED}`]);
  });

  it("is closed by reset, and nothing is heard any more", async (context) => {
    let end = "";
    const server = await serve(context, (socket) => {
      socket.on("error", (error) => {
        end = (error as NodeJS.ErrnoException).code ?? "";
      });
      socket.write("greeting");
    });
    const told = ends({ connected: () => connection.close() });
    const connection = open(context, server, told);
    await until("the server notices", () => end !== "");
    assert.equal(end, "ECONNRESET");
    assert.deepEqual(told.heardOf, ["connected"]);
    connection.close();
  });

  it("hears of a reset", async (context) => {
    const server = await serve(context, (socket) => socket.resetAndDestroy());
    const told = ends({ connected: () => connection.listen(told) });
    const connection = open(context, server, told);
    await until("the reset", () => told.heardOf.some((each) => each.startsWith("failed")));
    assert.equal(told.heardOf.at(-1), `failed ${errnos.ECONNRESET}`);
  });

  it("is left alone when it breaks after its end, until it is closed", async (context) => {
    let other: Socket | undefined;
    const server = await serve(context, (socket) => {
      other = socket;
      socket.end("bye");
    });
    const told = ends({ connected: () => connection.listen(told) });
    const connection = open(context, server, told);
    await until("the end", () => told.heardOf.includes("ended"));
    other?.resetAndDestroy();
    await until("it is gone", () => server.connections.size === 0);
    const used = process.cpuUsage();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
    const { user, system } = process.cpuUsage(used);
    assert.ok(user + system < 60_000, `${user + system} us of processor while nothing happens`);
    assert.deepEqual(told.heardOf, ["connected", "heard bye", "ended"]);
    assert.equal(connection.ownPort > 0, true);
  });

  it("sends more than the kernel has room for as the other side takes it", async (context) => {
    const bytes = Buffer.alloc(16 * 1024 * 1024, "x");
    let taken = 0;
    let slow: Socket | undefined;
    const server = await serve(context, (socket) => {
      socket.on("data", (piece) => {
        taken += piece.length;
      });
      socket.pause();
      slow = socket;
    });
    const told = ends({
      connected: () => connection.say(bytes, () => told.heardOf.push("sent")),
    });
    const connection = open(context, server, told);
    await until("it is accepted", () => slow !== undefined);
    assert.deepEqual(told.heardOf, ["connected"], "not sent yet");
    slow?.resume();
    await until("all has come", () => taken === bytes.length);
    await until("it is known", () => told.heardOf.includes("sent"));
  });

  it("contains what its owner throws, and others go on", async (context) => {
    const server = await serve(context, () => {});
    const wild = ends({
      connected() {
        throw new Error("a bug");
      },
    });
    const tame = ends();
    open(context, server, wild);
    open(context, server, tame);
    await until("both stand", () => wild.heardOf.length > 1 && tame.heardOf.length > 0);
    assert.deepEqual(wild.heardOf, ["connected", "threw a bug"]);
    assert.deepEqual(tame.heardOf, ["connected"]);
  });

  it("hears nothing of an earlier one that had its descriptor", async (context) => {
    const server = await serve(context, () => {});
    const none = await nobody(context);
    const later = ends();
    const second = ends();
    let third: PlainConnection | undefined;
    const first = ends({
      connected() {
        // The second is ready in the same look, and its number is free again.
        other.close();
        third = open(context, none, later);
      },
    });
    open(context, server, first);
    const other = open(context, server, second);
    await until("the third is judged", () => later.heardOf.length > 0);
    assert.ok(third !== undefined);
    assert.deepEqual(second.heardOf, []);
    assert.deepEqual(later.heardOf, [`failed ${errnos.ECONNREFUSED}`]);
  });

  it("speaks IPv6, and knows its own port", async (context) => {
    const ports: (number | undefined)[] = [];
    const server = createServer((socket) => {
      ports.push(socket.remotePort);
      socket.on("error", () => {});
    });
    server.listen(0, "::1");
    await once(server, "listening");
    context.after(() => server.close());
    const bound = server.address();
    assert.ok(bound !== null && typeof bound === "object");
    const told = ends();
    const to = { address: "::1" as IpAddress, port: bound.port };
    const connection = open(context, to, told);
    await until("it stands", () => told.heardOf.length > 0 && ports.length > 0);
    assert.deepEqual(told.heardOf, ["connected"]);
    assert.deepEqual(ports, [connection.ownPort]);
    connection.close();
  });
});
