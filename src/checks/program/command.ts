/** Tries by an operator's command: what its end and its output say of the real server. */

import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { excerpt } from "../../check/excerpt.ts";
import { sought } from "../../check/pattern.ts";
import type { CommandCheck } from "../../config/config.ts";
import {
  type CheckResult,
  type Deadline,
  failed,
  failedBy,
  late,
  passed,
} from "../check-result.ts";
import { matches } from "../matching/matching.ts";
import type { Endpoint } from "../target.ts";
import { type CommandEnd, outputBytesMax, runUnprivileged } from "./unprivileged.ts";

/** `%h` and `%p` stand for the real server's address and port, anywhere in an argument. */
export const fillIn = (argument: string, endpoint: Endpoint): string =>
  argument.replaceAll(/%[hp]/g, (sign) =>
    sign === "%h" ? endpoint.address : String(endpoint.port),
  );

export async function tryCommand(
  check: CommandCheck,
  endpoint: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  // Without its arguments, which may be secret.
  deadline.transcript?.note(`runs ${check.command}`);
  const end = await (deadline.run ?? runUnprivileged)({
    command: check.command,
    args: check.args.map((argument) => fillIn(argument, endpoint)),
    environment: check.environment,
    signal: deadline.signal,
  });
  switch (end.kind) {
    case "late":
      return late("end of the command", deadline);
    case "too-long":
      return failed("too-long", `it printed more than ${outputBytesMax} bytes`);
    case "not-started":
      return failedBy(end.why, "local");
    default:
      return judge(end, check, deadline);
  }
}

async function judge(
  end: CommandEnd & { kind: "ended" },
  check: CommandCheck,
  deadline: Deadline,
): Promise<CheckResult> {
  const { status, killedBy, output, complaint } = end;
  for (const said of [output, complaint]) if (said.length > 0) deadline.transcript?.heard(said);
  deadline.transcript?.note(status === null ? `killed by ${killedBy}` : `exit status ${status}`);
  // setpriv's own words for a program that cannot be run, unless the program has them too.
  if ((status === 126 || status === 127) && !(await mayRun(check.command)))
    return failed("local", `${check.command} is missing or cannot be run here`);
  const weight = weightOf(status, check);
  if (status !== 0 && weight === null) {
    const how = status === null ? `killed by ${killedBy ?? "a signal"}` : `exit status ${status}`;
    const said = complaint.length > 0 ? complaint : output;
    return failed("exit", said.length === 0 ? how : `${how}, said ${excerpt(said)}`);
  }
  const well: CheckResult = weight === null ? passed : { kind: "passed", weight };
  if (check.expect === null) return well;
  const wanted = sought(check.expect, check.regex);
  const found = await matches(wanted, withoutLineEnds(output), deadline);
  if (typeof found !== "boolean") return found;
  return found ? well : failed("unexpected", `it printed ${excerpt(output)}`);
}

const mayRun = (command: string): Promise<boolean> =>
  access(command, constants.X_OK).then(
    () => true,
    () => false,
  );

/** The weight that keepalived's convention gives by the exit status; null: none. */
const weightOf = (status: number | null, { convention }: CommandCheck): number | null =>
  convention === "keepalived" && status !== null && status >= 2 ? status - 2 : null;

/** As `$(command)` gives it, so that `^OK$` means what it seems to. */
function withoutLineEnds(bytes: Buffer): Buffer {
  let length = bytes.length;
  while (bytes[length - 1] === 0x0a) length -= 1;
  return bytes.subarray(0, length);
}
