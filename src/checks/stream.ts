/**
 * Tries over TCP and TLS: connect, then hold a dialogue. Every connection is closed by reset, so
 * that thousands of checks leave no TIME_WAIT behind (RFC 9293, section 3.6).
 */
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Dialogue } from "../check/dialogue.ts";
import { sendExpect } from "../check/send-expect.ts";
import type { SendExpectCheck } from "../config/config.ts";
import { Conversation } from "./conversation.ts";
import type { Endpoint, Opened } from "./target.ts";
import { type Deadline, failedBy, late, passed, type Verdict } from "./verdict.ts";

/** Connects, or says why not. The caller must `close` what it got. */
export function open(target: Endpoint, deadline: Deadline): Promise<Opened<Socket>> {
  return new Promise((resolve) => {
    if (deadline.signal.aborted) return resolve(late("connection", deadline));
    // Half-open, so that Node does not end its side by itself when the real server does: a reset
    // while that end is under way is refused by libuv, and the descriptor would leak.
    const socket = connect({ host: target.address, port: target.port, allowHalfOpen: true });
    const finish = (opened: Opened<Socket>): void => {
      socket.removeListener("error", fail);
      deadline.signal.removeEventListener("abort", expire);
      socket.removeListener("connect", done);
      if (opened.kind === "failed") socket.destroy();
      resolve(opened);
    };
    const done = (): void => finish({ kind: "open", connection: socket });
    const expire = (): void => finish(late("connection", deadline));
    deadline.signal.addEventListener("abort", expire, { once: true });
    socket.once("connect", done);
    const fail = (error: Error): void => finish(failedBy(error, "unreachable"));
    socket.on("error", fail);
    // A reset at any later moment is nobody's uncaught error.
    socket.on("error", () => {});
  });
}

/** Closes by reset; whatever TLS or HTTP stands on the socket goes with it. */
export function close(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else if (!socket.destroyed) socket.resetAndDestroy();
}

export async function tryTcp(target: Endpoint, deadline: Deadline): Promise<Verdict> {
  const opened = await open(target, deadline);
  if (opened.kind === "failed") return opened;
  close(opened.connection);
  return passed;
}

export async function trySendExpect(
  check: SendExpectCheck,
  target: Endpoint,
  deadline: Deadline,
): Promise<Verdict> {
  const opened = await open(target, deadline);
  if (opened.kind === "failed") return opened;
  try {
    if (check.tls === null) return await converse(opened.connection, sendExpect(check), deadline);
    const { secure } = await import("./tls.ts");
    const secured = await secure(opened.connection, target, check.tls, check.tls.sni, deadline);
    if (secured.kind === "failed") return secured;
    return await converse(secured.connection, sendExpect(check), deadline);
  } finally {
    close(opened.connection);
  }
}

/** Runs a dialogue over an open connection until it has passed or failed, or time is over. */
export function converse(
  connection: Duplex,
  dialogue: Dialogue,
  deadline: Deadline,
): Promise<Verdict> {
  return new Promise((resolve) => {
    const conversation = new Conversation(
      dialogue,
      {
        say: (bytes, answered) =>
          connection.write(bytes, () => answered || conversation.end(passed)),
        finish: (verdict) => {
          connection.pause();
          resolve(verdict);
        },
        missing: "complete answer",
      },
      deadline,
    );
    connection.on("error", (error) => conversation.end(failedBy(error, "closed")));
    connection.once("close", () => conversation.closed());
    connection.once("end", () => conversation.closed());
    connection.on("data", (bytes: Buffer) => conversation.heard(bytes));
    conversation.open();
  });
}
