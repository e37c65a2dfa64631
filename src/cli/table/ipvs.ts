/** `lvsd ipvs save|restore`: the kernel's table as plain ipvsadm text, without the daemon. */
import { readFileSync } from "node:fs";
import { controlClient } from "../../control/client.ts";
import { parseSave } from "../../kernel/ipvs-text.ts";
import { parseThresholds, savedWhole } from "../../kernel/ipvs-thresholds.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { isRefused, MachineError } from "../../model/error.ts";
import { isPrivateMark } from "../../model/service.ts";
import { ms } from "../../model/time.ts";
import { readFailure } from "../../system/file/read-failure.ts";
import { runProgram } from "../../system/program/program.ts";
import { socketIn } from "../directories.ts";
import { type CommonOptions, complain, type ExitStatus, exit } from "../outcome.ts";
import type { Terminal } from "../terminal.ts";

/** A table of 10,000 real servers takes some seconds. */
const deadline = ms(60_000);

/** As `ipvsadm-save -n` prints it, and with what that leaves out. Throws MachineError. */
export async function saveTable(terminal: Terminal): Promise<ExitStatus> {
  const printed = async (...args: readonly string[]): Promise<string> =>
    (await runProgram({ file: "ipvsadm", args, deadline })).stdout;
  const saved = withoutPrivate(await printed("-Sn"));
  const known = parseThresholds(await printed("-Ln", "--thresholds"));
  if (isRefused<string>(known))
    throw new MachineError(`ipvsadm -Ln --thresholds: not understood: ${known.detail}`);
  terminal.out(savedWhole(saved, known));
  return exit.done;
}

/** Without the services of lvsd's own checks, which are made anew wherever they are needed. */
const withoutPrivate = (saved: string): string =>
  saved.replaceAll(/^-[Aa] -f (\d+)\b.*\n?/gm, (line, fwmark) =>
    isPrivateMark(Number(fwmark)) ? "" : line,
  );

export interface RestoreOptions extends CommonOptions {
  /** `-`: stdin. */
  readonly file: string;
  /** The whole table goes first. */
  readonly clear: boolean;
}

/** Adds what the text says, all of it judged before; 2 where it is no saved table. */
export async function restoreTable(
  { file, clear, runDir }: RestoreOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  const invalid = (message: string, hint: string): ExitStatus => {
    complain(terminal, [{ ...problemElsewhere(message, hint), file: file === "-" ? null : file }]);
    return exit.invalid;
  };
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (thrown) {
    return invalid(readFailure(thrown), "lvsd ipvs save > FILE writes one");
  }
  const saved = parseSave(text);
  if (isRefused<string>(saved))
    return invalid(`this is no saved table: ${saved.detail}`, "lvsd ipvs save writes one");
  const [unread] = saved.unread;
  if (unread !== undefined) return invalid(`unknown line: ${unread}`, "nothing was restored");
  const input = `${clear ? "-C\n" : ""}${text.endsWith("\n") || text === "" ? text : `${text}\n`}`;
  await runProgram({ file: "ipvsadm", args: ["-R"], deadline, input });
  if (await daemonRuns(runDir))
    terminal.error(
      "lvsd: the daemon runs: it keeps its own virtual services as its configuration says, and leaves others alone\n",
    );
  return exit.done;
}

async function daemonRuns(runDir: string): Promise<boolean> {
  try {
    await controlClient(socketIn(runDir)).status();
    return true;
  } catch (thrown) {
    if (thrown instanceof MachineError) return false;
    throw thrown;
  }
}
