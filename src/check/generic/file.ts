/** `file`: the content of a file of this router decides. */
import { optional, preset } from "../../keys/section.ts";
import { choice } from "../../keys/shape.ts";
import { expectKeys, judgeExpect, line } from "../check-keys.ts";
import { checkType } from "../type.ts";

/** A file that decides holds a number or a word. */
export const fileBytesMax = 64 * 1024;

export const file = checkType({
  name: "file",
  does: "reads a file of this router",
  passes: "it holds the number 0, or its content fits `expect`",
  help: [
    "- Without `expect` the file holds one whole number: 0 passes and anything else fails, as with",
    "  keepalived's track_file and weight 0. With `number: weight` it is the real server's weight in the",
    "  table, 0 to 65535, where 0 means no new connections; any other number fails.",
    "- A missing or unreadable file is this router's fault, and does not count against the real server.",
    "  Write the file elsewhere and rename it over the old one, so that no try reads half of it.",
    "- Each router reads its own file; at most 64 KiB.",
  ],
  keys: {
    file: optional(
      line("the path of a file", 4096),
      "none; needed",
      "The file; relative to the configuration file.",
      { names: "file" },
    ),
    number: preset(
      choice("meaning", ["status", "weight"]),
      "status",
      "What the number in the file means, without `expect`.",
    ),
    ...expectKeys("the file"),
  },
  reasons: {
    unexpected: "who writes the file, and what it holds: the text says it",
    local: "the file on this router: is it there, may lvsd's user read it",
  },
  example: "{ type: file, file: /run/health/web, interval: 1s }",
  straightOnly: "it reads a file of this machine",
  settle({ file: path, number, expect, regex }, context) {
    const fits = judgeExpect({ expect, regex }, context);
    if (path === null) {
      context.complain(null, "file is missing", "add `file:` with the path of a file");
      return undefined;
    }
    if (expect !== null && number === "weight") {
      context.complain("number", "`expect` reads no number", "remove one of the two");
      return undefined;
    }
    return fits ? { file: context.absolute(path), number, expect, regex } : undefined;
  },
  runs: { by: "driver", driver: "file" },
});
