/** What systemd would do with a router's daemon, as lvsd's unit asks for it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const unit = readFileSync(join(import.meta.dirname, "../../../systemd/lvsd.service"), "utf8");

const setting = (name: string): string => {
  const [, value] = new RegExp(`^${name}=(.+)$`, "m").exec(unit) ?? [];
  if (value === undefined) throw new Error(`the unit says nothing of ${name}`);
  return value;
};

/** The shell's words that free what a daemon has left behind. */
export const cleanUp = setting("ExecStopPost").replace(/^-\/bin\/sh -c '(.+)'$/, "$1");

const nice = setting("Nice");
const realTimeMax = setting("LimitRTPRIO");

/** In a container root may lack the capability for it (CAP_SYS_RESOURCE). */
const leave = ["prlimit", `--rtprio=${realTimeMax}`] as const;
const [program, limit] = leave;
const mayGiveLeave = spawnSync(program, [limit, "true"]).status === 0;

/**
 * Starts the daemon with leave to go beyond the unit's priority, which it needs for its start alone:
 * on a processor that all machines share, the start of one would hold up the others.
 */
export const asDaemon: readonly string[] = mayGiveLeave ? leave : ["nice", "-n", nice];

/** Starts a program with the priority that a serving daemon has. */
export const urgently: readonly string[] = mayGiveLeave
  ? ["chrt", "--rr", realTimeMax]
  : ["nice", "-n", nice];

/** The same words for a thread that runs already. */
export const forThread = (thread: number): readonly string[] =>
  mayGiveLeave
    ? ["chrt", "--rr", "--pid", realTimeMax, `${thread}`]
    : ["renice", "-n", nice, "-p", `${thread}`];

/** The launcher `bin/lvsd`, or what it would become, with a module that Node loads first. */
export function launching(program: string, preload: string | null): readonly string[] {
  if (preload === null) return [program];
  const launcher = readFileSync(program, "utf8").replaceAll("\\\n", " ");
  const flags = /exec "[^"]+" (.*?) "[^"]+" "\$@"/.exec(launcher)?.[1]?.trim().split(/\s+/);
  if (flags === undefined) throw new Error(`${program} does not say how it starts Node`);
  const built = program.replace(/bin\/lvsd$/, "dist/lvsd");
  return [`${built}/node`, ...flags, `--import=${preload}`, `${built}/main.mjs`];
}
