/**
 * Connections over TCP: connect, hold a dialogue, close. Every connection is closed by reset, so
 * that thousands of checks leave no TIME_WAIT behind (RFC 9293, section 3.6).
 */
import { connect, Socket, type SocketConstructorOpts } from "node:net";
import type { Duplex } from "node:stream";
import type { Dialogue, DialogueAction } from "../check/dialogue.ts";
import { family } from "../model/address.ts";
import { messageOf } from "../model/error.ts";
import { openStreamFrom } from "../system/net/real-servers/origin-socket.ts";
import {
  type CheckResult,
  type Deadline,
  type Failed,
  failed,
  failedBy,
  late,
  passed,
} from "./check-result.ts";
import { Conversation, type Fetch, secondConnection } from "./conversation.ts";
import { type Endpoint, type Opened, wayTo } from "./target.ts";
import { brokenStream } from "./tls/tls-words.ts";

/** Connects, or says why not. The caller must `close` what it got. */
export function open(target: Endpoint, deadline: Deadline): Promise<Opened<Socket>> {
  return new Promise((resolve) => {
    if (deadline.signal.aborted) return resolve(late("connection", deadline));
    // Half-open, so that Node does not end its side by itself when the real server does: a reset
    // while that end is under way is refused by libuv, and the descriptor would leak.
    const socket = connecting(target, { allowHalfOpen: true });
    if ("kind" in socket) return resolve(socket);
    const finish = (opened: Opened<Socket>): void => {
      socket.removeListener("error", fail);
      deadline.signal.removeEventListener("abort", expire);
      socket.removeListener("connect", done);
      if (opened.kind === "failed") socket.destroy();
      resolve(opened);
    };
    const done = (): void => {
      deadline.transcript?.note(`connected, from port ${socket.localPort}`);
      finish({ kind: "open", connection: socket });
    };
    const expire = (): void => finish(late("connection", deadline));
    deadline.signal.addEventListener("abort", expire, { once: true });
    socket.once("connect", done);
    const fail = (error: Error): void => finish(failedBy(error, "unreachable"));
    socket.on("error", fail);
    // A reset at any later moment is nobody's uncaught error.
    socket.on("error", () => {});
  });
}

/** Begins to connect. */
function connecting(target: Endpoint, options: { readonly allowHalfOpen: true }): Socket | Failed {
  const { address: host, port, origin } = wayTo(target);
  if (origin === null) return connect({ host, port, ...options });
  try {
    const fd = openStreamFrom(origin, family(host));
    // Nothing is read before it has connected.
    const socket = new Socket({ fd, manualStart: true, ...options } as SocketConstructorOpts);
    return socket.connect({ host, port });
  } catch (thrown) {
    return failed("local", messageOf(thrown));
  }
}

/** Closes by reset; whatever TLS or HTTP stands on the socket goes with it. */
export function close(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else if (!socket.destroyed) socket.resetAndDestroy();
}

/**
 * Runs a dialogue over an open connection until it has passed or failed, or time is over, or until
 * it asks for TLS: then nothing reads from the connection any more. `first`: as of `Conversation`.
 * `fetch` opens what the dialogue asks for by the turn of that name.
 */
export function converse(
  connection: Duplex,
  dialogue: Dialogue,
  deadline: Deadline,
  first?: () => DialogueAction,
  fetch?: Fetch,
): Promise<CheckResult | "secure"> {
  return new Promise((resolve) => {
    const hear = (bytes: Buffer): void => {
      deadline.transcript?.heard(bytes);
      conversation.heard(bytes);
    };
    const closed = (): void => conversation.closed();
    const second = secondConnection(fetch, () => conversation);
    const conversation: Conversation = new Conversation(
      dialogue,
      {
        say: (bytes, answered) => {
          deadline.transcript?.sent(bytes);
          connection.write(bytes, () => answered || conversation.end(passed));
        },
        finish: (end) => {
          connection.removeListener("data", hear);
          connection.removeListener("end", closed);
          connection.removeListener("close", closed);
          connection.pause();
          second.close();
          resolve(end);
        },
        ...second.carrier,
        missing: "complete answer",
      },
      deadline,
    );
    connection.on("error", (error) => conversation.end(brokenStream(error)));
    connection.once("close", closed);
    connection.once("end", closed);
    connection.on("data", hear);
    conversation.open(first);
  });
}
