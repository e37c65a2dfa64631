/** Tries of `grpc`: one call over HTTP/2, on our connection. */
import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from "node:http2";
import type { GrpcCheck } from "../../check/web/grpc.ts";
import {
  answerBytesMax,
  encodeHealthRequest,
  type GrpcAnswer,
  healthPath,
  judgeHealth,
} from "../../check/web/grpc-health.ts";
import { printEndpoint } from "../../model/address.ts";
import { type CheckResult, type Deadline, failed, failedBy, passed } from "../check-result.ts";
import type { Endpoint } from "../target.ts";
import { type ClientStream, speakOn } from "./client-stream.ts";

/** A server begins with its settings (RFC 9113, section 3.4). */
const strange = (heard: Uint8Array): boolean => {
  const [high = 0, middle = 0, low = 0, type = 4] = heard;
  return ((high << 16) | (middle << 8) | low) > 16_384 || type !== 4;
};

export async function tryGrpc(
  check: GrpcCheck,
  target: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  let session: ClientHttp2Session | null = null;
  try {
    return await speakOn(target, deadline, {
      strange,
      async speak(stream) {
        stream.missing = "answer";
        const wrong = check.tls === null ? null : await stream.secure(check.tls, ["h2"]);
        if (wrong !== null) return wrong;
        session = sessionOn(check, target, stream);
        const refusal = judgeHealth(await call(check, session));
        return refusal === null ? passed : failed(refusal.reason, refusal.why);
      },
      sorted: (thrown) => failedBy(thrown, "unreadable"),
    });
  } finally {
    (session as ClientHttp2Session | null)?.destroy();
  }
}

function sessionOn(check: GrpcCheck, target: Endpoint, stream: ClientStream): ClientHttp2Session {
  const scheme = check.tls === null ? "http" : "https";
  const authority = check.host ?? printEndpoint(target.address, target.port);
  const session = connect(`${scheme}://${authority}`, {
    createConnection: () => stream,
    settings: { enablePush: false },
  });
  // The call's own stream says what is wrong.
  session.on("error", () => {});
  return session;
}

/** Rejects with what went wrong on the way. */
function call(check: GrpcCheck, session: ClientHttp2Session): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const request = session.request({
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: healthPath,
      "content-type": "application/grpc",
      te: "trailers",
      "user-agent": "lvsd",
    });
    let headers: IncomingHttpHeaders & { ":status"?: number | undefined } = {};
    let trailers: IncomingHttpHeaders = {};
    const pieces: Buffer[] = [];
    let length = 0;
    request.on("response", (given) => {
      headers = given;
    });
    request.on("trailers", (given) => {
      trailers = given;
    });
    request.on("data", (bytes: Buffer) => {
      length += bytes.length;
      if (length > answerBytesMax) reject(new Error(`more than ${answerBytesMax} bytes of answer`));
      else pieces.push(bytes);
    });
    request.on("error", reject);
    request.once("close", () => {
      const text = (name: string): string | null => {
        const value = trailers[name] ?? headers[name];
        return typeof value === "string" ? value : null;
      };
      if (headers[":status"] === undefined) return reject(new Error("closed without an answer"));
      resolve({
        status: headers[":status"],
        type: text("content-type") ?? "",
        code: text("grpc-status"),
        message: text("grpc-message") ?? "",
        body: Buffer.concat(pieces),
      });
    });
    request.end(encodeHealthRequest(check.service));
  });
}
