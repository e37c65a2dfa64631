/**
 * The door by which the configuration reader reaches files: bounded reads, UTF-8 or nothing, and
 * the key file with its mode. Decides nothing about what the texts say.
 */
import { isUtf8 } from "node:buffer";
import { globSync, statSync } from "node:fs";
import type { Config } from "../../config/config.ts";
import type { Files, Unread } from "../../config/read-config.ts";
import { type ReadKeyResult, readKey } from "../../keys/key.ts";
import type { Places } from "../../keys/place.ts";
import type { Problem } from "../../keys/problem.ts";
import { configBytesMax } from "../../keys/source.ts";
import { type Account, daemonAccount, operatorsGroup } from "../../model/account.ts";
import { groupsHere } from "./accounts.ts";
import { readBounded } from "./files.ts";
import { mayNotRead, readFailure } from "./read-failure.ts";

/** A key or a password is a few lines, and perhaps comments. */
const secretBytesMax = 64 * 1024;

/** The daemon's group may read it, others nothing, and only its owner writes. */
const secretModeMax = 0o640;
const groupMayRead = 0o040;

/** The files of this machine. */
export const diskFiles: Files = {
  read(path) {
    const found = bytesOf(path, configBytesMax);
    if ("error" in found) return found;
    const bad = firstNotUtf8(found.bytes);
    if (bad === null) return { text: found.bytes.toString("utf8") };
    const hint = "save the file as UTF-8";
    return { error: { message: "this is not UTF-8", hint, ...bad } };
  },
  glob(pattern) {
    try {
      return globSync(pattern);
    } catch {
      // A directory that cannot be read holds no file that can be read.
      return [];
    }
  },
};

/** Reads the key file of a configuration, if it needs one; its mode is judged as well. */
export function readKeyFile(config: Config, places: Places): ReadKeyResult {
  const path = config.heartbeat.keyFile;
  if (path === null) return { keys: [] };
  const found = secretAt(path, "lvsd keygen makes one");
  if ("bytes" in found) return readKey(found.bytes.toString("latin1"), path);
  const { file, line, column } = places.keyFile ?? nowhereIn(config);
  const message = `heartbeat.key_file: ${path}: ${found.message}`;
  return { problems: [{ file, line, column, message, hint: found.hint }] };
}

const nowhereIn = ({ path }: Config) => ({ file: path, line: null, column: null });

/** Why the password of the fence cannot be read, or who else may; empty where all is well. */
export function passwordProblems(config: Config, places: Places): readonly Problem[] {
  const path = config.failover.fence?.passwordFile ?? null;
  if (path === null) return [];
  const found = secretAt(path, `a file of the user ${daemonAccount} with mode 0400`);
  if ("bytes" in found) return [];
  const { file, line, column } = places.fence ?? nowhereIn(config);
  const message = `failover.fence.password_file: ${path}: ${found.message}`;
  return [{ file, line, column, message, hint: found.hint }];
}

/** A secret's bytes, which none but the daemon may read, or why it is none. */
function secretAt(
  path: string,
  missing: string,
): { readonly bytes: Buffer } | { readonly message: string; readonly hint: string } {
  const found = bytesOf(path, secretBytesMax);
  if ("error" in found) return { message: found.error.message, hint: missing };
  if ((found.mode & 0o777 & ~secretModeMax) !== 0) {
    const mode = (found.mode & 0o777).toString(8).padStart(4, "0");
    const message = `its mode is ${mode}, at most 0640 is safe`;
    return { message, hint: `chmod 0640 ${path}` };
  }
  const reader = (found.mode & groupMayRead) === 0 ? null : otherReader(found.group, groupsHere());
  return reader === null
    ? { bytes: found.bytes }
    : { message: `${reader} may read it`, hint: `chown ${daemonAccount}: ${path}` };
}

/**
 * Whether a secret is hidden from this user, as it should be from operators: what another user owns
 * and no other user may read. Root reads everything.
 */
export function isHidden(path: string | null | undefined): boolean {
  const stat = typeof path === "string" ? statSync(path, { throwIfNoEntry: false }) : undefined;
  const user = process.geteuid?.() ?? 0;
  return stat !== undefined && user !== 0 && stat.uid !== user && (stat.mode & 0o077) === 0;
}

/**
 * Who else than the daemon reads what this group may read; null: no other user. Who has the key
 * commands the peer, so it is for none of the operators.
 */
export function otherReader(group: number, groups: readonly Account[]): string | null {
  const found = groups.find(({ id }) => id === group);
  if (found === undefined) return null;
  if (found.name === operatorsGroup) return `the group ${found.name}`;
  const other = found.members.find((name) => name !== daemonAccount && name !== "root");
  return other === undefined ? null : `${other}, a member of the group ${found.name},`;
}

type Bytes =
  | { readonly bytes: Buffer; readonly mode: number; readonly group: number }
  | { readonly error: Unread };

/** A regular file's bytes. Its size is asked first, so that a huge one costs nothing. */
function bytesOf(path: string, bytesMax: number): Bytes {
  const refused = (message: string, hint: string | null = null): Bytes => ({
    error: { message, hint },
  });
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return refused("there is no such file");
    if (stat.isDirectory()) return refused("it is a directory", "name a file");
    if (!stat.isFile()) return refused("it is not a regular file", "write it into a file");
    if (stat.size > bytesMax)
      return refused(
        `its ${stat.size} bytes are more than the ${bytesMax} that are read`,
        "is it the right file?",
      );
    const bytes = readBounded(path, bytesMax);
    return bytes === null
      ? refused("there is no such file")
      : { bytes, mode: stat.mode, group: stat.gid };
  } catch (thrown) {
    return refused(
      readFailure(thrown),
      mayNotRead(thrown) ? "try it as root" : "is it the right file?",
    );
  }
}

/** Line and column of the first byte that is no UTF-8. */
function firstNotUtf8(bytes: Buffer): { readonly line: number; readonly column: number } | null {
  if (isUtf8(bytes)) return null;
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const newline = bytes.indexOf(0x0a, from);
    const end = newline === -1 ? bytes.length : newline;
    const content = bytes.subarray(from, end);
    // What cannot be decoded becomes U+FFFD.
    if (!isUtf8(content)) return { line, column: content.toString("utf8").indexOf("\uFFFD") + 1 };
    from = end + 1;
  }
  return { line, column: 1 };
}
