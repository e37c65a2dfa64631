/**
 * Who is at the other end of a connection of the control socket: SO_PEERCRED of unix(7), the
 * effective user when it connected. Node has no door to it.
 */
import type { Socket } from "node:net";
import { getSocketOption } from "../libc.ts";

const levelSocket = 1;
const optionPeerCredentials = 17;
/** struct ucred: process, user and group, 32 bits each. */
const credentialsBytes = 12;
const userAt = 4;

/** The number of the user; null where it cannot be had: then it is anybody. Never throws. */
export function peerUser(socket: Socket): number | null {
  // Node's own name for what it wraps; there is no public one.
  const { _handle: handle } = socket as { _handle?: { readonly fd?: number } | null };
  const descriptor = handle?.fd ?? -1;
  if (descriptor < 0) return null;
  const credentials = Buffer.alloc(credentialsBytes);
  const size = Buffer.alloc(4);
  size.writeInt32LE(credentialsBytes);
  const failed =
    getSocketOption(descriptor, levelSocket, optionPeerCredentials, credentials, size) !== 0;
  return failed ? null : credentials.readInt32LE(userAt);
}
