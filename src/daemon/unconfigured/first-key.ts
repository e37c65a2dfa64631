/**
 * The heartbeat's key of a router that has no configuration yet. It lies where the daemon keeps its
 * configuration, since /etc/lvsd is root's; a key that root has made there goes before it.
 *
 * Invariant: a key that is there is never replaced. Root's is never shown, nor is one that a
 * configuration has used.
 */
import { randomBytes } from "node:crypto";
import { lstatSync, readlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Refusal } from "../../control/api.ts";
import type { KeyReport } from "../../control/reports/first-files.ts";
import { keyBytes, readKey } from "../../keys/key.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import { readBounded } from "../../system/file/files.ts";
import { refusedNow } from "../refused.ts";

const keyFileBytesMax = 64 * 1024;

/** Where the daemon itself keeps one: next to the configuration, behind a link of root's. */
export function ownKeyPath(configPath: string): string {
  let place = configPath;
  try {
    if (lstatSync(configPath).isSymbolicLink())
      place = resolve(dirname(configPath), readlinkSync(configPath));
  } catch {
    // There is no configuration yet, and no link to where it would be.
  }
  return join(dirname(place), "heartbeat.key");
}

/**
 * `rootsPath`: where root's would be. `configured`: this router has had a configuration, so that the
 * key may be in use. `given`: the other router's key; null: make one.
 */
export function firstKey(
  {
    configPath,
    rootsPath,
    configured,
  }: { readonly configPath: string; readonly rootsPath: string; readonly configured: boolean },
  given: string | null,
): KeyReport | Refusal {
  if (given !== null && !isOneKey(given))
    return refusedNow("this is no key of the heartbeat", "one line, as lvsd keygen prints it");
  const path = ownKeyPath(configPath);
  if (exists(rootsPath) && rootsPath !== path) return { ok: true, path: rootsPath, key: null };
  try {
    const present = readBounded(path, keyFileBytesMax)?.toString("utf8").trim() ?? null;
    if (present === null) {
      const key = given ?? randomBytes(keyBytes).toString("base64");
      writeFileSync(path, `${key}\n`, { flag: "wx", mode: 0o400 });
      return { ok: true, path, key };
    }
    const shown = configured ? null : present;
    if (given === null || given === present) return { ok: true, path, key: shown };
    const hint = "remove it as root if it is not meant, and repeat this";
    return refusedNow(`${path} holds another key already`, hint);
  } catch (thrown) {
    const why = thrown instanceof MachineError ? thrown.message : messageOf(thrown);
    const hint = `as root: lvsd keygen -o ${rootsPath}, the same file on both routers`;
    return refusedNow(`the key cannot be written: ${why}`, hint);
  }
}

const isOneKey = (text: string): boolean => {
  const read = readKey(text, "");
  return "keys" in read && read.keys.length === 1 && !text.includes("\n");
};

function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
