/**
 * A connection over TCP that is opened, kept without a word, and watched for its end. What the
 * server says on it is thrown away. It is closed by reset, so that it leaves no TIME_WAIT.
 */
import { connect } from "node:net";
import type { WireEnd } from "../../../health/signs/tripwire.ts";
import type { IpAddress } from "../../../model/address.ts";
import { messageOf } from "../../../model/error.ts";

/** `held` may come first; then one of the two others, once and as the last. */
export interface IdleEnds {
  held(): void;
  /** By the server, or by what lies between. */
  ended(end: WireEnd): void;
  /** By `close`. */
  closed(): void;
}

export interface IdleConnection {
  close(): void;
}

export type HoldConnection = (
  to: { readonly address: IpAddress; readonly port: number },
  ends: IdleEnds,
) => IdleConnection;

/** A connection that does not stand by then, in ms, does not come. */
const openMax = 3000;
/** The kernel asks a silent peer after so long, in ms: one that was born anew answers by a reset. */
const keepAliveAfter = 15_000;
/** A greeting is short; a server that says more is not left alone with the connection. */
const heardBytesMax = 64 * 1024;

const localCodes: ReadonlySet<string> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ENOBUFS",
  "EAGAIN",
  "EADDRNOTAVAIL",
  "EPERM",
]);

function endOf(error: Error): WireEnd {
  const code = "code" in error ? String(error.code) : "";
  if (localCodes.has(code)) return { kind: "local", text: messageOf(error) };
  if (code === "ECONNREFUSED") return { kind: "refused", text: "was refused" };
  if (code === "ECONNRESET" || code === "EPIPE") return { kind: "ended", text: "was reset" };
  return { kind: "unanswered", text: `ended: ${messageOf(error)}` };
}

export const holdConnection: HoldConnection = ({ address, port }, ends) => {
  // Half-open, so that Node does not end its side by itself: a reset meanwhile would be refused.
  const socket = connect({ host: address, port, allowHalfOpen: true });
  let over = false;
  let heard = 0;
  const end = (why: WireEnd | null): void => {
    if (over) return;
    over = true;
    clearTimeout(patience);
    if (!socket.destroyed) socket.resetAndDestroy();
    if (why === null) ends.closed();
    else ends.ended(why);
  };
  const patience = setTimeout(
    () => end({ kind: "unanswered", text: "could not be opened" }),
    openMax,
  );
  socket.once("connect", () => {
    if (over) return;
    clearTimeout(patience);
    socket.setKeepAlive(true, keepAliveAfter);
    ends.held();
  });
  socket.on("data", (bytes) => {
    heard += bytes.length;
    if (heard > heardBytesMax) end({ kind: "chatty", text: "talks on idle connections" });
  });
  socket.once("end", () => end({ kind: "ended", text: "was closed" }));
  socket.on("error", (error) => end(endOf(error)));
  socket.once("close", () => end({ kind: "ended", text: "was closed" }));
  return { close: () => end(null) };
};
