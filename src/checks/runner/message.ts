/**
 * What the daemon and the runner of operators' programs say to each other, as bytes: one line of JSON
 * there, one back, one command a connection. The runner has no privileges to lose; still it takes
 * nothing but this form.
 */
import { type Refused, refuse } from "../../model/error.ts";
import { type CommandEnd, type CommandRun, outputBytesMax } from "../program/unprivileged.ts";

/** A command without its deadline, which is the end of the connection. */
export type Order = Omit<CommandRun, "signal">;

/** Arguments and environment fit into what execve(2) takes, and so does what a command reads. */
export const orderBytesMax = 4 * 1024 * 1024;

/** Both outputs in base64, and the words around them. */
export const answerBytesMax = 4 * outputBytesMax;

export const encodeOrder = ({
  command,
  args,
  environment,
  input,
  leavesBehind,
}: CommandRun): string =>
  `${JSON.stringify({ command, args, environment, input, leavesBehind })}\n`;

export function decodeOrder(line: string): Order | Refused<"not-json" | "not-ours"> {
  const read = objectIn(line);
  if (read === null) return refuse("not-json", `${line.length} characters`);
  const { command, args, environment, input, leavesBehind } = read;
  const whole =
    isText(command) &&
    command !== "" &&
    Array.isArray(args) &&
    args.every(isText) &&
    isRecord(environment) &&
    Object.values(environment).every(isText) &&
    (input === undefined || typeof input === "string") &&
    (leavesBehind === undefined || typeof leavesBehind === "boolean");
  if (!whole) return refuse("not-ours", `command ${String(command).slice(0, 40)}`);
  return {
    command,
    args,
    environment: environment as Record<string, string>,
    ...(input === undefined ? {} : { input }),
    ...(leavesBehind === undefined ? {} : { leavesBehind }),
  };
}

export function encodeEnd(end: CommandEnd): string {
  const said =
    end.kind === "ended"
      ? {
          ...end,
          output: end.output.toString("base64"),
          complaint: end.complaint.toString("base64"),
        }
      : end.kind === "not-started"
        ? { kind: end.kind, why: end.why.message }
        : end;
  return `${JSON.stringify(said)}\n`;
}

export function decodeEnd(line: string): CommandEnd | Refused<"not-json" | "not-ours"> {
  const read = objectIn(line);
  if (read === null) return refuse("not-json", `${line.length} characters`);
  const { kind, status, killedBy, output, complaint, why } = read;
  if (kind === "too-long" || kind === "late") return { kind };
  if (kind === "not-started" && typeof why === "string") return { kind, why: new Error(why) };
  const ended =
    kind === "ended" &&
    (status === null || Number.isSafeInteger(status)) &&
    (killedBy === null || typeof killedBy === "string") &&
    typeof output === "string" &&
    typeof complaint === "string";
  if (!ended) return refuse("not-ours", `kind ${String(kind).slice(0, 20)}`);
  return {
    kind,
    status: status as number | null,
    killedBy: killedBy as NodeJS.Signals | null,
    output: Buffer.from(output, "base64"),
    complaint: Buffer.from(complaint, "base64"),
  };
}

/** A text that execve(2) can take. */
const isText = (value: unknown): value is string =>
  typeof value === "string" && !value.includes("\0");

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function objectIn(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
