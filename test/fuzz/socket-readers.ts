/** The readers that listen: the control socket and the configuration channel, over real sockets. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startControlServer } from "../../src/control/server.ts";
import type { IpAddress } from "../../src/model/address.ts";
import { connectChannel, openChannelListener } from "../../src/system/net/cluster-channel.ts";
import { ScriptedDaemon } from "../control/scripted-daemon.ts";
import { bytesOf, promised, type Reader, type Readers } from "./reader.ts";

/** How long a client may be left without any word: ten times what the server's own bounds allow. */
const wordMsMax = 5000;

/** Sends pieces and takes the first word, or the end. */
async function answerTo(socket: Socket, pieces: readonly Uint8Array[]): Promise<string> {
  socket.on("error", () => {});
  for (const piece of pieces) socket.write(piece);
  socket.end();
  const late = setTimeout(() => socket.destroy(new Error("late")), wordMsMax);
  const word = await Promise.race([
    once(socket, "data").then(([bytes]) => String(bytes)),
    once(socket, "close").then(() => ""),
  ]).catch((thrown) => {
    promised(thrown.message !== "late", "a client is answered or dropped");
    return "";
  });
  clearTimeout(late);
  socket.destroy();
  return word;
}

const request = (line: string, body = ""): Uint8Array =>
  bytesOf(`${line} HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`);

async function control(): Promise<Reader> {
  // The mask is the process's, so that a thread may not set it; here nobody looks at the file.
  process.umask = () => 0o077;
  const path = join(mkdtempSync(join(tmpdir(), "lvsd-fuzz-")), "lvsd.sock");
  const daemon = new ScriptedDaemon();
  const server = await startControlServer({
    socketPath: path,
    controlled: daemon,
    warn: () => {},
    limits: { requestMs: 200, stallMs: 500 },
  });
  const status = request("GET /v1/status");
  return {
    samples: [
      status,
      request("POST /v1/reload", '{"yes": true}'),
      request("PUT /v1/config?yes=true", "serial: 1\n"),
      request("POST /v1/config/rollback?back=1"),
      request("GET /v1/events?follow=false"),
      bytesOf(
        "POST /v1/plan HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
      ),
      Buffer.concat([status, request("GET /metrics"), status]),
    ],
    async read(_bytes, pieces) {
      const word = await answerTo(connect(path), pieces);
      promised(word === "" || word.startsWith("HTTP/1.1 "), "an answer is HTTP");
      promised(!word.startsWith("HTTP/1.1 500"), "nothing throws into the daemon");
      const alive = await answerTo(connect(path), [status]);
      promised(alive.startsWith("HTTP/1.1 200"), "the next client is answered");
    },
    async close() {
      await server.close();
      rmSync(dirname(path), { recursive: true });
    },
  };
}

const [own, peer] = ["127.0.0.2", "127.0.0.3"] as unknown as [IpAddress, IpAddress];

/** The first flight of a real peer. */
async function realHello(key: Uint8Array): Promise<{ hello: Uint8Array; port: number }> {
  const server = createServer();
  server.listen(0, own);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const hearing = once(server, "connection").then(([socket]: Socket[]) =>
    once(socket as Socket, "data").then(([bytes]) => {
      socket?.destroy();
      return bytes as Uint8Array;
    }),
  );
  await connectChannel({ own: peer, peer: own, port }, key).catch(() => {});
  const hello = await hearing;
  server.close();
  await once(server, "close");
  return { hello, port };
}

async function channel(): Promise<Reader> {
  const key = Uint8Array.from(randomBytes(32));
  const { hello, port } = await realHello(key);
  let heard = 0;
  const listener = openChannelListener({
    own,
    peer,
    port,
    keys: [key],
    limits: { firstFrameMs: 300 },
    converse: () => ({
      hear: async (frame) => {
        heard += 1;
        return frame;
      },
      closed: () => {},
    }),
    refused: () => {},
  });
  promised((await listener.listen()) === null, "it listens");
  return {
    samples: [hello, bytesOf("GET / HTTP/1.1\r\n\r\n")],
    async read(_bytes, pieces) {
      await answerTo(connect({ host: own, port, localAddress: peer }), pieces);
      promised(heard === 0, "nobody without the key has a frame read");
    },
    close: () => listener.close(),
  };
}

export const socketReaders: Readers = { control, channel };
