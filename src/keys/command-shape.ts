/** How a command is written in the configuration: the program's path, and its arguments. No shell. */
import { list, type Shape, text } from "./shape.ts";

/** A path that does not depend on where the daemon was started. */
export const absolutePath = (what: string): Shape<string> =>
  text({ what, max: 4096, pattern: /^\/[^\r\n]+$/, hint: "give a path that begins with /" });

/** Words of a command line, the program included. */
const wordsMax = 65;

const words = list(text({ what: "a word of a command", max: 4096 }), {
  what: "a command: [program, argument, ...]",
  max: wordsMax,
  single: true,
});

const program = absolutePath("the absolute path of a program");

export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** `[/path/of/program, argument, ...]`, or the path alone. */
export const commandLine: Shape<CommandLine> = {
  words: words.words,
  json: words.json,
  print: ({ command, args }) => [command, ...args].join(" "),
  read(value, path, complaints) {
    const written = words.read(value, path, complaints);
    if (written === undefined) return undefined;
    const [command, ...args] = written;
    if (command === undefined) {
      complaints.at(value, `${path}: has no program`, `give ${words.words}`);
      return undefined;
    }
    const first = value.kind === "list" ? (value.items[0] ?? value) : value;
    const place = value.kind === "list" ? `${path}[0]` : path;
    return program.read(first, place, complaints) === undefined ? undefined : { command, args };
  },
};
