/**
 * Tries over HTTP and HTTPS: one request on a connection of its own, judged by status and body.
 *
 * undici speaks HTTP/1.1 on the socket that we connected; its own timeouts are off, since they are
 * coarse, and the deadline covers them. No redirects, no proxies, no second request (RFC 9112).
 */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Dispatcher } from "undici";
import Client from "undici/lib/dispatcher/client.js";
import { containing, type Fits } from "../check/pattern.ts";
import type { HttpCheck } from "../config/config.ts";
import { printEndpoint } from "../model/address.ts";
import { close, open } from "./stream.ts";
import type { Endpoint } from "./target.ts";
import { codeOf, type Deadline, failed, failedBy, late, passed, type Verdict } from "./verdict.ts";

/** A page that a check reads. Real start pages are smaller; a thousand at once still fit in memory. */
export const bodyBytesMax = 1024 * 1024;

/** Node's and most servers' own limit for the head of a message. */
export const headBytesMax = 16 * 1024;

/** Patterns and texts by their check, so that each is compiled once. */
const compiled = new WeakMap<HttpCheck, Fits>();

function fitsOf(check: HttpCheck): Fits | null {
  if (check.expect === null) return null;
  const known = compiled.get(check);
  if (known !== undefined) return known;
  const fits = containing(check.expect, check.regex);
  compiled.set(check, fits);
  return fits;
}

/** The name in a Host header, without its port. */
const nameOf = (host: string): string => host.replace(/:\d+$/, "");

export async function tryHttp(
  check: HttpCheck,
  target: Endpoint,
  deadline: Deadline,
): Promise<Verdict> {
  const opened = await open(target, deadline);
  if (opened.kind === "failed") return opened;
  try {
    const socket = opened.connection;
    if (check.type === "http") return await ask(check, target, socket, socket, deadline);
    const { secure } = await import("./tls.ts");
    const name = check.tls.sni ?? (check.host === null ? null : nameOf(check.host));
    const secured = await secure(opened.connection, target, check.tls, name, deadline);
    if (secured.kind === "failed") return secured;
    return await ask(check, target, secured.connection, socket, deadline);
  } finally {
    close(opened.connection);
  }
}

/** One request over an open connection, and the reset of the `socket` under it. */
async function ask(
  check: HttpCheck,
  target: Endpoint,
  connection: Duplex,
  socket: Socket,
  deadline: Deadline,
): Promise<Verdict> {
  const client = new Client(`${check.type}://${printEndpoint(target.address, target.port)}`, {
    // A TLSSocket is a Socket; undici wants no more of either than a stream with an address.
    // Later, since undici does not expect an answer while it is still asking.
    connect: (_options, callback) => queueMicrotask(() => callback(null, connection as Socket)),
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: headBytesMax,
  });
  try {
    return await new Promise<Verdict>((resolve) => {
      const end = (verdict: Verdict): void => {
        // Before undici closes it in its own way, which would leave a TIME_WAIT.
        close(socket);
        resolve(verdict);
      };
      const expire = (): void => end(late("complete answer", deadline));
      if (deadline.signal.aborted) return expire();
      deadline.signal.addEventListener("abort", expire, { once: true });
      client.dispatch(requestOf(check), judge(check, end));
    });
  } finally {
    // Not awaited: it ends with the socket.
    void client.destroy();
  }
}

function requestOf(check: HttpCheck): Dispatcher.DispatchOptions {
  const headers: Record<string, string> = { "user-agent": "lvsd" };
  for (const [name, value] of Object.entries(check.headers)) headers[name.toLowerCase()] = value;
  if (check.host !== null) headers.host = check.host;
  return { method: check.method, path: check.path, headers, reset: true };
}

/** Judges the answer as it comes; `end` may be called more than once, the first call counts. */
function judge(check: HttpCheck, end: (verdict: Verdict) => void): Dispatcher.DispatchHandler {
  const fits = fitsOf(check);
  const pieces: Buffer[] = [];
  let length = 0;
  return {
    onRequestStart() {},
    onResponseStart(_controller, status) {
      // Informational answers come before the one that counts (RFC 9110, section 15.2).
      if (status < 200) return;
      if (check.status.some(({ from, to }) => from <= status && status <= to)) return;
      end(failed("unexpected", `status ${status}, expected ${printStatus(check)}`));
    },
    onResponseData(_controller, piece) {
      length += piece.length;
      if (length > bodyBytesMax) {
        end(failed("too-long", `the answer is longer than ${bodyBytesMax} bytes`));
      } else if (fits !== null) pieces.push(piece);
    },
    onResponseEnd() {
      if (fits === null || fits(Buffer.concat(pieces, length))) return end(passed);
      const sought = check.regex ? "a match of the pattern" : "the expected text";
      end(failed("unexpected", `${length} bytes of answer without ${sought}`));
    },
    onResponseError(_controller, error) {
      end(failureOf(error));
    },
  };
}

const printStatus = (check: HttpCheck): string =>
  check.status.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");

function failureOf(error: Error): Verdict {
  const code = codeOf(error);
  if (error.name === "HTTPParserError")
    return failed("unreadable", `no HTTP answer: ${error.message}`);
  if (code === "UND_ERR_HEADERS_OVERFLOW")
    return failed("too-long", `the head of the answer is longer than ${headBytesMax} bytes`);
  if (code === "UND_ERR_SOCKET") return failed("closed", "closed before the answer was complete");
  // A header that only HTTP itself may set, such as Transfer-Encoding.
  if (code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_NOT_SUPPORTED")
    return failed("unexpected", `the request cannot be made: ${error.message}`);
  if (code.startsWith("UND_ERR_")) return failed("unreadable", `no HTTP answer: ${error.message}`);
  return failedBy(error, "closed");
}
