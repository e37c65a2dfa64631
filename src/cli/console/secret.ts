/** A password from the operator: typed twice without being shown, or one line of stdin. */
import { isatty } from "node:tty";
import { MachineError } from "../../model/error.ts";
import type { Terminal } from "../terminal.ts";

/** No password has more; a stdin that does not end is not read for ever. */
const lineCharactersMax = 4096;

/** Null: the second is another than the first. Throws MachineError where nothing is given. */
export async function readSecret(
  prompt: string,
  again: string,
  terminal: Pick<Terminal, "error">,
): Promise<string | null> {
  if (!isatty(0)) return firstLine();
  const first = await typed(prompt, terminal);
  return (await typed(again, terminal)) === first ? first : null;
}

/** The first line of stdin, whose end is not part of it. */
async function firstLine(): Promise<string> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    text += chunk;
    if (text.includes("\n") || text.length > lineCharactersMax) break;
  }
  if (text === "") throw new MachineError("stdin holds no password");
  return text.split(/\r?\n/, 1)[0] ?? "";
}

const interrupt = "\u0003";
const endOfText = "\u0004";
const backspace = "\b";
const erase = "\u007f";
const eraseLine = "\u0015";

/** One line of the terminal in raw mode: nothing of it is shown (termios(3), ECHO). */
function typed(prompt: string, terminal: Pick<Terminal, "error">): Promise<string> {
  const { stdin } = process;
  terminal.error(prompt);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdin.resume();
  return new Promise((resolve, reject) => {
    let line: string[] = [];
    const end = (settle: () => void) => {
      stdin.off("data", take);
      stdin.setRawMode(false);
      stdin.pause();
      terminal.error("\n");
      settle();
    };
    const take = (text: string) => {
      for (const key of text) {
        if (key === "\r" || key === "\n") return end(() => resolve(line.join("")));
        if (key === interrupt || (key === endOfText && line.length === 0))
          return end(() => reject(new MachineError("no password was given; nothing is changed")));
        if (key === backspace || key === erase) line.pop();
        else if (key === eraseLine) line = [];
        else if (line.length < lineCharactersMax) line.push(key);
      }
    };
    stdin.on("data", take);
  });
}
