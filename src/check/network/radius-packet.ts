/**
 * RADIUS packets as far as a check needs them (RFC 2865; RFC 2869, section 5.14; RFC 5997): a
 * request that is signed, and the signature of its answer.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

export const codes = {
  accessRequest: 1,
  accessAccept: 2,
  accessReject: 3,
  accessChallenge: 11,
  statusServer: 12,
} as const;

const attributes = {
  userName: 1,
  userPassword: 2,
  replyMessage: 18,
  nasIdentifier: 32,
  messageAuthenticator: 80,
} as const;

const headerBytes = 20;
/** RFC 2865, section 3: the longest packet. */
export const packetBytesMax = 4096;
/** RFC 2865, section 5.2. */
export const passwordBytesMax = 128;

export interface RadiusRequest {
  /** 0 to 255. */
  readonly identifier: number;
  /** 16 random bytes. */
  readonly authenticator: Uint8Array;
  readonly secret: string;
  /** Null: Status-Server, which asks whether the server works. */
  readonly login: { readonly user: string; readonly password: string } | null;
}

/** The packet, with the Message-Authenticator first, as servers want it since CVE-2024-3596. */
export function encodeRequest(request: RadiusRequest): Buffer {
  const { identifier, authenticator, secret, login } = request;
  const parts = [attribute(attributes.messageAuthenticator, Buffer.alloc(16))];
  if (login !== null) {
    parts.push(attribute(attributes.userName, Buffer.from(login.user, "utf8")));
    const hidden = hidePassword(Buffer.from(login.password, "utf8"), secret, authenticator);
    parts.push(attribute(attributes.userPassword, hidden));
  }
  parts.push(attribute(attributes.nasIdentifier, Buffer.from("lvsd")));
  const body = Buffer.concat(parts);
  const packet = Buffer.concat([Buffer.alloc(headerBytes), body]);
  packet[0] = login === null ? codes.statusServer : codes.accessRequest;
  packet[1] = identifier;
  packet.writeUInt16BE(packet.length, 2);
  packet.set(authenticator.subarray(0, 16), 4);
  createHmac("md5", secret)
    .update(packet)
    .digest()
    .copy(packet, headerBytes + 2);
  return packet;
}

const attribute = (type: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.of(type, value.length + 2), value]);

/** RFC 2865, section 5.2: each 16 bytes are hidden by a hash of the secret and what came before. */
export function hidePassword(password: Buffer, secret: string, authenticator: Uint8Array): Buffer {
  const hidden = Buffer.alloc(Math.max(16, Math.ceil(password.length / 16) * 16));
  password.copy(hidden);
  let before: Uint8Array = authenticator.subarray(0, 16);
  for (let at = 0; at < hidden.length; at += 16) {
    const mask = createHash("md5").update(secret).update(before).digest();
    for (const [index, byte] of mask.entries())
      hidden[at + index] = (hidden[at + index] ?? 0) ^ byte;
    before = hidden.subarray(at, at + 16);
  }
  return hidden;
}

export type RadiusAnswer =
  /** Of another request, or none of this protocol. */
  | { readonly kind: "other" }
  /** It answers the request, and the secret that signed it is another. */
  | { readonly kind: "forged" }
  | { readonly kind: "answer"; readonly code: number; readonly message: Uint8Array };

/** Reads an answer and proves its signature (RFC 2865, section 3, Response Authenticator). */
export function decodeAnswer(bytes: Uint8Array, request: RadiusRequest): RadiusAnswer {
  const packet = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (packet.length < headerBytes || packet[1] !== request.identifier) return { kind: "other" };
  const length = packet.readUInt16BE(2);
  if (length < headerBytes || length > Math.min(packet.length, packetBytesMax))
    return { kind: "other" };
  const body = packet.subarray(headerBytes, length);
  const signature = createHash("md5")
    .update(packet.subarray(0, 4))
    .update(request.authenticator.subarray(0, 16))
    .update(body)
    .update(request.secret)
    .digest();
  if (!timingSafeEqual(signature, packet.subarray(4, headerBytes))) return { kind: "forged" };
  return { kind: "answer", code: packet[0] ?? 0, message: replyMessage(body) };
}

/** The first Reply-Message; empty: there is none. */
function replyMessage(body: Buffer): Uint8Array {
  for (let at = 0; at + 2 <= body.length; ) {
    const length = body[at + 1] ?? 0;
    if (length < 2 || at + length > body.length) break;
    if (body[at] === attributes.replyMessage) return body.subarray(at + 2, at + length);
    at += length;
  }
  return Buffer.alloc(0);
}
