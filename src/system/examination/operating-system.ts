/** What the operating system says of itself: files of its network configuration, units, programs. */
import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  globSync,
  readdirSync,
  readFileSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import type { FileText } from "../../advice/findings/facts.ts";
import { adjtimex } from "../libc.ts";

/** Where managers of networks keep what they set at boot; below the root. */
const networkPatterns = [
  "etc/systemd/network/*.network",
  "etc/systemd/network/*.network.d/*.conf",
  "run/systemd/network/*.network",
  "usr/lib/systemd/network/*.network",
  "etc/network/interfaces",
  "etc/network/interfaces.d/*",
  "etc/netplan/*.yaml",
  "etc/NetworkManager/system-connections/*",
  "etc/sysconfig/network-scripts/ifcfg-*",
  "etc/sysconfig/network/ifcfg-*",
];

/** A file of a network configuration is short; a longer one is none. */
const fileBytesMax = 256 * 1024;

/** Files that can be read; the others are left out. */
export function networkFiles(root = "/"): readonly FileText[] {
  return networkPatterns
    .flatMap((pattern) => globSync(join(root, pattern)).sort())
    .flatMap((path) => {
      try {
        if (!statSync(path).isFile() || statSync(path).size > fileBytesMax) return [];
        return [{ path, text: readFileSync(path, "utf8") }];
      } catch {
        return [];
      }
    });
}

/** Names of programs that run. */
export function runningPrograms(proc = "/proc"): ReadonlySet<string> {
  const names = readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(join(proc, pid, "comm"), "utf8").trim()];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
  return new Set(names);
}

/** Units that start at boot: wanted by a target, or made of a start script that has no unit. */
export const enabledUnits = (root = "/"): ReadonlySet<string> =>
  new Set([
    ...globSync(join(root, "etc/systemd/system/*.{wants,requires}/*.service")).map(
      (path) => path.split("/").at(-1) ?? "",
    ),
    ...globSync(join(root, "etc/rc[2-5].d/S[0-9][0-9]*"))
      .map((path) => path.replace(/^.*\/S\d\d/, ""))
      .filter((name) => !hasUnit(root, name) && !(name === "ipvsadm" && ipvsadmRests(root)))
      .map((name) => `${name}.service`),
  ]);

const hasUnit = (root: string, name: string): boolean =>
  ["etc", "lib", "usr/lib"].some((place) =>
    existsSync(join(root, place, "systemd/system", `${name}.service`)),
  );

/** Debian's script does nothing unless its defaults say so, which are as they come. */
function ipvsadmRests(root: string): boolean {
  try {
    const text = readFileSync(join(root, "etc/default/ipvsadm"), "utf8");
    return !/^\s*AUTO="?true/m.test(text) && !/^\s*DAEMON="?(?:master|backup|both)/m.test(text);
  } catch {
    return false;
  }
}

/** How many files the process of a running `lvsd run` may open; null: none was found. */
export function daemonDescriptors(proc = "/proc"): number | null {
  for (const path of globSync(join(proc, "[0-9]*/cmdline"))) {
    try {
      const words = readFileSync(path, "utf8").split("\0");
      if (!/\/main\.(?:mjs|ts)$/.test(words.find((word) => word.includes("main.")) ?? "")) continue;
      if (!words.includes("run")) continue;
      const limits = readFileSync(path.replace(/cmdline$/, "limits"), "latin1");
      return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.NaN) || null;
    } catch {
      // Another user's process, or one that has ended.
    }
  }
  return null;
}

/** Programs and files of certificates are shorter; a longer one is not read to its end. */
const hashedBytesMax = 512 * 1024 * 1024;

/**
 * SHA-256 of a file; null: it cannot be read, or is no file. Read in pieces, between which the
 * event loop goes on: a daemon has heartbeats to send.
 */
export async function hashOfFile(path: string): Promise<string | null> {
  try {
    if (!statSync(path).isFile()) return null;
    const hash = createHash("sha256");
    for await (const piece of createReadStream(path, { end: hashedBytesMax })) hash.update(piece);
    return hash.digest("hex");
  } catch {
    return null;
  }
}

/** Mode bits and owner; null: there is no such file. */
export function ownershipOf(path: string): { readonly mode: number; readonly uid: number } | null {
  try {
    const { mode, uid } = statSync(path);
    return { mode: mode & 0o7777, uid };
  } catch {
    return null;
  }
}

/** adjtimex(2): a struct timex of zeros asks and sets nothing; TIME_ERROR says unsynchronised. */
const timexBytes = 256;
const timeError = 5;

export function clockSynchronised(): boolean | null {
  const state = adjtimex(new Uint8Array(timexBytes));
  return state < 0 ? null : state !== timeError;
}
