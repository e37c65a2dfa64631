/**
 * The messages of gRPC's health service (grpc.health.v1; https://grpc.io/docs/guides/health-checking):
 * one text out, one number in.
 */
import type { DialogueRefusal } from "../dialogue.ts";
import { excerpt } from "../excerpt.ts";

export const healthPath = "/grpc.health.v1.Health/Check";

/** A message has a byte for its compression and four for its length before it. */
const prefixBytes = 5;
/** A health message is two bytes long; more is none. */
export const answerBytesMax = 4096;

/** HealthCheckResponse.ServingStatus, and https://grpc.io/docs/guides/status-codes. */
const servingWords = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"] as const;
// biome-ignore format: one line
const codeWords = [
  "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
  "DATA_LOSS", "UNAUTHENTICATED",
] as const;

/** HealthCheckRequest: field 1 is the service's name, left out when it is empty. */
export function encodeHealthRequest(service: string): Buffer {
  const name = Buffer.from(service, "utf8");
  const message =
    name.length === 0 ? name : Buffer.concat([Buffer.of(0x0a), varint(name.length), name]);
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.of(...bytes, rest);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** The status of a HealthCheckResponse behind its prefix; null: it is none. */
export function decodeHealthAnswer(body: Uint8Array): number | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.length < prefixBytes || bytes[0] !== 0) return null;
  if (bytes.readUInt32BE(1) !== bytes.length - prefixBytes) return null;
  let status = 0;
  for (let at = prefixBytes; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    if (tag === null) return null;
    const value = readVarint(bytes, tag.end);
    const field = tag.value >>> 3;
    const wire = tag.value & 7;
    if (wire === 1) at = tag.end + 8;
    else if (wire === 5) at = tag.end + 4;
    else if (value === null) return null;
    else if (wire === 0) {
      if (field === 1) status = value.value;
      at = value.end;
    } else if (wire === 2) at = value.end + value.value;
    else return null;
    if (at > bytes.length) return null;
  }
  return status;
}

/** At most five bytes: larger numbers are in no answer that is of use here. */
function readVarint(bytes: Buffer, at: number): { value: number; end: number } | null {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  return null;
}

/** What a server has answered. */
export interface GrpcAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly type: string;
  /** `grpc-status` and `grpc-message` of the trailers, or of headers without a body. */
  readonly code: string | null;
  readonly message: string;
  readonly body: Uint8Array;
}

export interface GrpcRefusal {
  readonly reason: DialogueRefusal;
  readonly why: string;
}

/** Null: it serves. */
export function judgeHealth(answer: GrpcAnswer): GrpcRefusal | null {
  const { status, type, code, message, body } = answer;
  const unexpected = (why: string): GrpcRefusal => ({ reason: "unexpected", why });
  const unreadable = (why: string): GrpcRefusal => ({ reason: "unreadable", why });
  if (status !== 200) return unexpected(`HTTP status ${status}, expected 200`);
  if (!type.startsWith("application/grpc"))
    return unreadable(`no gRPC answer: content-type ${excerpt(Buffer.from(type))}`);
  if (code === null) return { reason: "closed", why: "the answer ended without a grpc-status" };
  if (code !== "0") {
    const says = message === "" ? "" : `: ${excerpt(Buffer.from(message))}`;
    return unexpected(`grpc-status ${code} ${codeWords[Number(code)] ?? "unknown"}${says}`);
  }
  const serving = decodeHealthAnswer(body);
  if (serving === null) return unreadable(`no HealthCheckResponse: ${excerpt(body)}`);
  if (serving === servingWords.indexOf("SERVING")) return null;
  return unexpected(`status ${servingWords[serving] ?? serving}, expected SERVING`);
}
