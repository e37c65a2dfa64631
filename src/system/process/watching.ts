/**
 * What a shell does that watches over a frozen program while another one takes its place: whoever
 * froze it may be killed, and it must neither stay frozen nor go on next to its successor.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { systemPath } from "../program/program.ts";

/** What takes the place of the frozen program, as far as the shell can see it. */
export interface Successor {
  /** systemd's unit; null: something else starts it. */
  readonly unit: string | null;
  /** Without a unit: the socket that it has while it runs. */
  readonly socket: string;
}

export interface Watcher {
  /** These are frozen as well; children before their parents. */
  add(pids: readonly number[]): void;
  /** Whoever froze them has done the rest itself. */
  dismiss(): void;
}

/** Seconds that a unit is given to come up. */
const startsWithin = 30;

/**
 * Reads lines from the process that freezes, until it says "over"; where they end without it, that
 * process is dead. $1: the successor's unit, $2: its socket, $3: the unit of what is frozen, then
 * the frozen processes; a line has more of them. The order of systemd's commands is that of
 * `endOther` (cli/takeover/units.ts).
 */
const watching = `
unit=$1 socket=$2 frozen=$3 left=${startsWithin}
shift 3
pids=$*
while read -r line; do
  test "$line" = over && exit
  pids="$line $pids"
done
look() { state=$(systemctl show --property ActiveState --value "$unit"); }
end() {
  if test -n "$unit" && test -n "$frozen"; then
    systemctl enable --quiet "$unit"
    systemctl disable --quiet "$frozen"
    systemctl mask --runtime --quiet "$frozen"
  fi
  kill -KILL $pids
  if test -n "$unit" && test -n "$frozen"; then
    systemctl stop --quiet "$frozen"
    systemctl reset-failed "$frozen"
  fi
  exit
}
if test -n "$unit"; then
  while look && test "$state" = activating && test $left -gt 0; do
    sleep 1
    left=$((left - 1))
  done
  case $state in active | reloading) end ;; esac
  systemctl stop "$unit"
  look
  case $state in active | reloading) end ;; esac
elif test -S "$socket"; then end
fi
kill -CONT $pids
`;

/**
 * Starts it, in a session of its own: what ends the terminal does not end it. `pids`: children
 * before their parents; `frozen`: the unit that they belong to. Tests put programs into `path`.
 */
export function watch(
  pids: readonly number[],
  { unit, socket }: Successor,
  frozen: string | null,
  path = systemPath,
): Watcher {
  const child: ChildProcess = spawn(
    "/bin/sh",
    ["-c", watching, "sh", unit ?? "", socket, frozen ?? "", ...pids.map((pid) => `${pid}`)],
    { stdio: ["pipe", "ignore", "ignore"], detached: true, env: { PATH: path } },
  );
  // Where there is no shell, what is frozen is thawed by this process alone.
  child.once("error", () => {});
  child.stdin?.on("error", () => {});
  child.unref();
  return {
    add: (more) => {
      child.stdin?.write(`${more.join(" ")}\n`);
    },
    dismiss: () => {
      child.stdin?.end("over\n");
    },
  };
}
