/**
 * Reads a draft as the daemon would: the same reader, over texts that the daemon gave. What this
 * machine lacks, and files that are not loaded yet, the daemon finds in its plan.
 */
import { type ReadResult, readConfig } from "../../config/read-config.ts";
import type { ConfigReport } from "../../control/api.ts";
import { keepingLatest } from "./latest.ts";

/** What stands for a file that is named in the draft alone: it says nothing. */
const unknownFile = "vips: []\n";

type Around = Pick<ConfigReport, "path" | "includes">;

/** Never throws. */
export const readDraft = keepingLatest(read, ({ path, includes }: Around) =>
  JSON.stringify([path, includes]),
);

function read({ path, includes }: Around, text: string): ReadResult {
  const known = new Map(includes.map((file) => [file.path, file.text]));
  return readConfig(path, {
    read: (at) => ({ text: at === path ? text : (known.get(at) ?? unknownFile) }),
    glob: (pattern) => [...known.keys()].filter((name) => matches(pattern, name)),
  });
}

/** Whether a path is one that `*` and `?` of a pattern stand for, within a name. */
function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => {
      const escaped = part.replaceAll(/[.+^${}()|\\]/g, "\\$&");
      const source = escaped.replaceAll("*", "[^/]*").replaceAll("?", "[^/]");
      try {
        return new RegExp(`^${source}$`).test(given[at] ?? "");
      } catch {
        return part === given[at];
      }
    })
  );
}
