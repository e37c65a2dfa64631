/**
 * Tries over HTTP and HTTPS: one request on a connection of its own, judged by status and body.
 *
 * undici speaks HTTP/1.1 on the socket that we connected; its own timeouts are off, since they are
 * coarse, and the deadline covers them. No redirects, no proxies, no second request (RFC 9112).
 */
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Dispatcher } from "undici";
import Client from "undici/lib/dispatcher/client.js";
import { HttpAnswer, headBytesMax } from "../../check/http-answer.ts";
import { matchedBytesMax, sought } from "../../check/pattern.ts";
import { fits, printRanges } from "../../check/status-ranges.ts";
import type { HttpCheck } from "../../config/config.ts";
import { printEndpoint } from "../../model/address.ts";
import {
  type CheckResult,
  codeOf,
  type Deadline,
  type Failed,
  failed,
  late,
  passed,
} from "../check-result.ts";
import { readPassword } from "../clients/password.ts";
import { matches } from "../matching/matching.ts";
import { close, open } from "../stream.ts";
import type { Endpoint } from "../target.ts";
import { brokenStream } from "../tls/tls-words.ts";
import { answerStream } from "./answer-stream.ts";

/** The name in a Host header, without its port. */
const nameOf = (host: string): string => host.replace(/:\d+$/, "");

export async function tryHttp(
  check: HttpCheck,
  target: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  const opened = await open(target, deadline);
  if (opened.kind === "failed") return opened;
  try {
    const socket = opened.connection;
    const request = await requestOf(check);
    if ("kind" in request) return request;
    const ask = (over: Duplex): Promise<CheckResult> =>
      exchange(check, { target, request, over, socket }, deadline);
    if (check.type === "http") return await ask(socket);
    const { secure } = await import("../tls.ts");
    const name = check.tls.sni ?? (check.host === null ? null : nameOf(check.host));
    const secured = await secure(
      opened.connection,
      target,
      check.tls,
      name,
      ["http/1.1"],
      deadline,
    );
    if (secured.kind === "failed") return secured;
    const { certificateJudge } = await import("../tls/certificate-end.ts");
    const judge = certificateJudge(secured.connection, check.tls);
    return judge(await ask(secured.connection));
  } finally {
    close(opened.connection);
  }
}

/** A request, and the way that it takes: over `over`, which may be TLS on `socket`. */
interface Asking {
  readonly target: Endpoint;
  readonly request: Dispatcher.DispatchOptions;
  readonly over: Duplex;
  readonly socket: Socket;
}

/** One request over an open connection, and the reset of the socket under it. */
async function exchange(
  check: HttpCheck,
  { target, request, over, socket }: Asking,
  deadline: Deadline,
): Promise<CheckResult> {
  let client: Client | null = null;
  try {
    return await new Promise<CheckResult>((resolve) => {
      const end = (verdict: CheckResult): void => {
        // Before undici closes it in its own way, which would leave a TIME_WAIT.
        close(socket);
        resolve(verdict);
      };
      const answer = new HttpAnswer(check.method);
      // A search of the whole answer ends with the deadline as well, and says whose fault that is.
      const expire = (): void => {
        if (!answer.complete) end(late("complete answer", deadline));
      };
      if (deadline.signal.aborted) return expire();
      deadline.signal.addEventListener("abort", expire, { once: true });
      const stream = answerStream(over, answer, (why) =>
        end(why instanceof Error ? brokenStream(why) : failed(why.reason, why.why)),
      );
      deadline.transcript?.listen(over);
      client = clientOn(`${check.type}://${printEndpoint(target.address, target.port)}`, stream);
      client.dispatch(request, judge(check, answer, deadline, end));
    });
  } finally {
    // Not awaited: it ends with the socket.
    void (client as Client | null)?.destroy();
  }
}

function clientOn(origin: string, stream: Duplex): Client {
  return new Client(origin, {
    // undici wants no more of a socket than a stream with an address.
    // Later, since undici does not expect an answer while it is still asking.
    connect: (_options, callback) => queueMicrotask(() => callback(null, stream as Socket)),
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: headBytesMax,
  });
}

/** Of a request to a proxy, which names all of the URL (RFC 9112, section 3.2.2); else null. */
const hostOfUrl = (path: string): string | null => /^http:\/\/([^/]+)/.exec(path)?.[1] ?? null;

/** The request; a failure where its password cannot be had. */
async function requestOf(check: HttpCheck): Promise<Dispatcher.DispatchOptions | Failed> {
  const headers: Record<string, string> = { "user-agent": "lvsd" };
  for (const [name, value] of Object.entries(check.headers)) headers[name.toLowerCase()] = value;
  const asked = check.host ?? hostOfUrl(check.path);
  if (asked !== null) headers.host = asked;
  if (check.user !== null && check.passwordFile !== null) {
    const password = await readPassword(check.passwordFile);
    if (typeof password !== "string") return password;
    const login = Buffer.from(`${check.user}:${password}`, "utf8").toString("base64");
    headers.authorization = `Basic ${login}`;
  }
  return { method: check.method, path: check.path, headers, body: check.body, reset: true };
}

/** Judges the answer as it comes; `end` may be called more than once, the first call counts. */
function judge(
  check: HttpCheck,
  answer: HttpAnswer,
  deadline: Deadline,
  end: (verdict: CheckResult) => void,
): Dispatcher.DispatchHandler {
  return {
    onRequestStart() {},
    onResponseStart(_controller, status) {
      if (fits(check.status, status)) return;
      end(failed("unexpected", `status ${status}, expected ${printRanges(check.status)}`));
    },
    onResponseData() {},
    onResponseEnd() {
      if (check.digest !== null) {
        const digest = createHash("md5").update(answer.body).digest("hex");
        if (digest !== check.digest)
          return end(failed("unexpected", `digest ${digest}, expected ${check.digest}`));
      }
      const whole = withContent(check, answer.body);
      if (check.expect === null) return end(whole(passed));
      const wanted = { ...check, expect: check.expect };
      void judgeBody(answer, wanted, deadline).then((verdict) => end(whole(verdict)));
    },
    onResponseError(_controller, error) {
      end(failureOf(error));
    },
  };
}

/** Adds, to a try that passed, what is compared with other real servers. */
const withContent =
  ({ content }: HttpCheck, body: Uint8Array) =>
  (verdict: CheckResult): CheckResult => {
    if (content === null || verdict.kind !== "passed") return verdict;
    return { ...verdict, content: createHash("sha256").update(body).digest("hex") };
  };

async function judgeBody(
  { body, coding }: HttpAnswer,
  { expect, regex, absent }: Pick<HttpCheck, "regex" | "absent"> & { readonly expect: string },
  deadline: Deadline,
): Promise<CheckResult> {
  const wanted = sought(expect, regex);
  const found = await matches(wanted, body, deadline);
  if (typeof found !== "boolean") return found;
  if (found !== absent) return passed;
  const what =
    wanted.kind === "text" ? `the ${absent ? "" : "expected "}text` : "a match of the pattern";
  const within =
    wanted.kind === "pattern" && body.length > matchedBytesMax
      ? ` in its first ${matchedBytesMax} bytes`
      : "";
  const coded = coding === null ? "" : `; it is compressed (Content-Encoding: ${coding})`;
  if (absent) return failed("unexpected", `${what} that must be absent is in the answer`);
  return failed("unexpected", `${body.length} bytes of answer without ${what}${within}${coded}`);
}

function failureOf(error: Error): CheckResult {
  const code = codeOf(error);
  if (code === "UND_ERR_SOCKET") return failed("closed", "closed before the answer was complete");
  // The configuration is judged for what undici does not send; this is what it overlooked.
  if (code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_NOT_SUPPORTED")
    return failed("local", `the request cannot be made: ${error.message}`);
  if (code.startsWith("UND_ERR_")) return failed("unreadable", `no HTTP answer: ${error.message}`);
  return brokenStream(error);
}
