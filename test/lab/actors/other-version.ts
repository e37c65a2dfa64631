/**
 * Loaded into one router's daemon by the lab alone (Router.preload): makes it a router of
 * another major version of the heartbeat. What it sends bears the number 2 and what it hears bears
 * it too, each with a good signature, so that either side hears a version that it does not speak.
 * LAB_KEY_FILE: the pair's key.
 */
import { createHmac } from "node:crypto";
import { Socket } from "node:dgram";
import { readFileSync } from "node:fs";

/** As in src/heartbeat/header.ts and message.ts. */
const magic = "LVSD";
const majorAt = 4;
const hmacBytes = 32;
const otherMajor = 2;

const key = Buffer.from(readFileSync(process.env.LAB_KEY_FILE ?? "", "utf8").trim(), "base64");

function asOtherVersion(bytes: Uint8Array): Uint8Array {
  const body = Buffer.from(bytes.subarray(0, bytes.length - hmacBytes));
  if (body.toString("latin1", 0, magic.length) !== magic) return bytes;
  body.writeUInt8(otherMajor, majorAt);
  return Buffer.concat([body, createHmac("sha256", key).update(body).digest()]);
}

const { send, emit } = Socket.prototype;

Socket.prototype.send = function (this: Socket, bytes: Uint8Array, ...rest: unknown[]) {
  Reflect.apply(send, this, [asOtherVersion(bytes), ...rest]);
};
Socket.prototype.emit = function (this: Socket, name: string, ...rest: unknown[]) {
  const [bytes] = rest;
  if (name === "message" && bytes instanceof Uint8Array) rest[0] = asOtherVersion(bytes);
  return Reflect.apply(emit, this, [name, ...rest]);
};
