/** The configuration of the program whose place lvsd takes: its VIPs, from its own files. */
import { globSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";
import type { Config } from "../../config/config.ts";
import { importFiles } from "../../config/import/import.ts";
import { type ForeignFile, foreignBytesMax, importDefaults } from "../../config/import/imported.ts";
import { readConfig } from "../../config/read-config.ts";
import { type Problem, problemElsewhere } from "../../keys/problem.ts";
import type { IpAddress } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import { readBounded } from "../../system/file/files.ts";

const includeLine = /^\s*include[rmwba]?\s+(\S+)/gm;
const filesMax = 1000;

/** The files and what they include. Throws MachineError where one cannot be read. */
function withIncludes(path: string, read: Map<string, ForeignFile>): void {
  const file = resolve(path);
  if (read.has(file) || read.size >= filesMax) return;
  const bytes = readBounded(file, foreignBytesMax);
  if (bytes === null) return;
  const text = bytes.toString("latin1");
  read.set(file, { name: file, text });
  for (const [, pattern = ""] of text.matchAll(includeLine))
    for (const included of globSync(pattern, { cwd: dirname(file) }).toSorted())
      withIncludes(resolve(dirname(file), included), read);
}

/** The addresses that keepalived claims with this configuration, or why they are not known. */
export function claimedByKeepalived(
  path: string,
  ours: Config,
  instance: string | null,
): { readonly claimed: readonly IpAddress[] } | { readonly problems: readonly Problem[] } {
  const read = new Map<string, ForeignFile>();
  try {
    withIncludes(path, read);
  } catch (thrown) {
    return { problems: [problemElsewhere(messageOf(thrown))] };
  }
  if (read.size === 0) {
    const hint = "name keepalived's file: lvsd takeover-from keepalived FILE";
    return { problems: [{ ...problemElsewhere("there is no such file", hint), file: path }] };
  }
  const { primary, backup } = ours.routers;
  const imported = importFiles([...read.values()], "keepalived", {
    ...importDefaults,
    primary,
    backup,
    // keepalived's own default.
    instance: instance ?? hostname().split(".")[0] ?? null,
  });
  if ("problems" in imported) return imported;
  const config = readConfig("/keepalived.yaml", {
    read: () => ({ text: imported.text }),
    glob: () => [],
  });
  // A VIP that lvsd cannot have would be missing here without a word.
  const [refused] = imported.refused;
  if (refused !== undefined)
    return {
      problems: [
        problemElsewhere(
          `the VIPs of ${path} are not all known: ${refused.subject}: ${refused.text}`,
          "lvsd import shows what it reads of the file",
        ),
      ],
    };
  if ("config" in config)
    return { claimed: config.config.vips.map(({ prefix }) => prefix.address) };
  return {
    problems: [
      problemElsewhere(
        `the VIPs of ${path} are not known: ${config.problems[0]?.message ?? "it is unsound"}`,
        "lvsd import shows what it reads of the file",
      ),
    ],
  };
}
