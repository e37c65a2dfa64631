/**
 * The file of the control socket: whether it may be taken, and who may open it.
 *
 * Knows unix(7) and file modes, nothing of HTTP. Invariant: a socket on which a daemon answers is
 * never removed, and a socket is open to its owner only until its group is set.
 */
import { chmodSync, chownSync, lstatSync, mkdirSync, type Stats, unlinkSync } from "node:fs";
import { connect, type Server } from "node:net";
import { dirname } from "node:path";
import { MachineError, messageOf } from "../model/error.ts";
import { groupId } from "./group.ts";

/** unix(7): sun_path is 108 bytes with its end mark. */
export const socketPathBytesMax = 107;

/** A daemon that accepts nothing for this long is not there; one that hangs still accepts. */
const probeMs = 1000;

/**
 * Makes `path` free to listen on: creates its directory, removes a socket on which no daemon
 * answers. Throws a MachineError where a daemon answers, where something else than a socket lies,
 * or where the machine does not let us.
 */
export async function clearSocketPath(path: string): Promise<void> {
  if (Buffer.byteLength(path) > socketPathBytesMax)
    throw new MachineError(
      `${path}: a socket's path holds ${socketPathBytesMax} bytes at most; choose a shorter --run-dir`,
    );
  const found = statOf(path);
  if (found === null) return;
  if (!found.isSocket())
    throw new MachineError(`${path} is in the way and is no socket; remove it`);
  if (await answers(path))
    throw new MachineError(`another daemon answers at ${path}; give this one its own --run-dir`);
  try {
    unlinkSync(path);
  } catch (error) {
    throw new MachineError(`cannot remove the stale ${path}: ${messageOf(error)}`);
  }
}

function statOf(path: string): Stats | null {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw new MachineError(`cannot create a socket at ${path}: ${messageOf(error)}`);
  }
}

/**
 * Whether a process has the socket. Only a plain refusal proves that none does; a full queue or a
 * missing right does not.
 */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(true), probeMs);
    socket.once("connect", () => settle(true));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      settle(error.code !== "ECONNREFUSED" && error.code !== "ENOENT"),
    );
  });
}

/** Listens on `path` with mode 0600. Throws a MachineError. */
export function listenAt(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) =>
      reject(new MachineError(`cannot listen on ${path}: ${error.message}`, { cause: error }));
    server.once("error", failed);
    // The file appears inside this call; the mask keeps it closed to others from its first moment.
    const mask = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off("error", failed);
        resolve();
      });
    } finally {
      process.umask(mask);
    }
  });
}

/**
 * Opens the socket to the members of `group`: mode 0660. Where that cannot be, it stays with mode
 * 0600 and the reason is returned; null when the group has it.
 */
export function openToGroup(path: string, group: string): string | null {
  const closed = `only its owner may use ${path}`;
  const id = groupId(group);
  if (id === null)
    return `the group ${group} does not exist, so ${closed}: groupadd --system ${group}`;
  try {
    chownSync(path, -1, id);
    chmodSync(path, 0o660);
    return null;
  } catch (error) {
    return `the group ${group} cannot be given the control socket, so ${closed}: ${messageOf(error)}`;
  }
}
