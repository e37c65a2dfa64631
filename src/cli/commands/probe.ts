/** `lvsd probe`, as it is typed. */
import type { Command } from "commander";
import { type Declaring, type JsonOption, jsonOption } from "../command.ts";

export function declareProbe({ declare, terminal }: Declaring): void {
  const probe: Command = declare<JsonOption>(
    "probe",
    "run the checks of real servers once, now, and show what was said",
    async ({ options: { json = false }, common, words }) => {
      const [virtualServer = "", more = []] = words as readonly [string, (readonly string[])?];
      const asked = {
        json,
        virtualServer,
        ...trialOf(more, (what) => probe.error(`error: ${what}`)),
      };
      return (await import("../probe.ts")).probe({ ...common, ...asked }, terminal);
    },
    "From this router, whether or not it is active; what comes of it changes no state. Passwords\n" +
      "are hidden. With --type another check is tried, by its keys as in the configuration, `_`\n" +
      "or `-` in them: lvsd probe web rs1 --type http --path /health --status '[200, 204]'. It names\n" +
      "no program and no file. Exit status 1 when a real server fails, 2 for a name that is not\n" +
      "configured.",
  );
  jsonOption(
    probe
      .usage("[--json] <virtual-server> [real-server] [--type TYPE [--KEY VALUE]...]")
      .argument("<virtual-server>", "its name")
      .argument("[real-server...]", "its name in that virtual server; all if left out"),
  ).allowUnknownOption();
}

/** What stands behind the virtual server's name: a real server's, and keys with their values. */
function trialOf(
  words: readonly string[],
  misuse: (what: string) => never,
): {
  readonly realServer: string | null;
  readonly check: Readonly<Record<string, unknown>> | null;
} {
  const [first] = words;
  const named = first !== undefined && !first.startsWith("--");
  const given = named ? words.slice(1) : words;
  const check: Record<string, unknown> = {};
  for (let at = 0; at < given.length; at++) {
    const [, key, inside] = /^--([a-z][a-z0-9_-]*)(?:=([\s\S]*))?$/.exec(given[at] ?? "") ?? [];
    const value = inside ?? given[at + 1];
    if (key === undefined || value === undefined)
      return misuse(`${given[at] ?? ""}: give --type TYPE and --KEY VALUE`);
    if (inside === undefined) at += 1;
    check[key.replaceAll("-", "_")] = readValue(value);
  }
  const isEmpty = Object.keys(check).length === 0;
  if (!isEmpty && check.type === undefined) return misuse("keys of a check need --type TYPE");
  return { realServer: named ? first : null, check: isEmpty ? null : check };
}

/** Lists, maps, numbers and truths as in JSON; everything else is text. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
