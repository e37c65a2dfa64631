/**
 * The processes of another program on this machine, in this network namespace: found by their name,
 * frozen, thawed and killed. A frozen daemon does nothing, and what it has put into the kernel
 * stays: it can go on as if nothing had happened. It does not stay frozen when whoever froze it is
 * killed: a shell watches over it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineError, messageOf } from "../../model/error.ts";
import { systemPath } from "../program/program.ts";

/** What takes the place of the frozen program, as far as the shell that watches can see it. */
export interface Successor {
  /** systemd's unit; null: something else starts it. */
  readonly unit: string | null;
  /** Without a unit: the socket that it has while it runs. */
  readonly socket: string;
}

export interface OtherProgram {
  readonly name: string;
  /** The parents before their children. */
  readonly pids: readonly number[];
  /**
   * Until `thaw` or `kill`. Where this process dies before, the program is killed once its
   * successor runs, and thawed where there is none. Throws MachineError where a signal is not
   * allowed.
   */
  freeze(successor: Successor): void;
  thaw(): void;
  /** Children first: one that outlives its parent cleans up. Resolves when all are gone. */
  kill(): Promise<void>;
  /** systemd's unit, where one runs it; null: none. */
  readonly unit: string | null;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
}

/** At most so long for processes to be gone after SIGKILL. */
const goneWithinMs = 2000;

/**
 * The processes with these names in this network namespace, for who only wants to know: where the
 * namespace of a process may not be read, it counts as this one. A program that changes its title
 * (ldirectord) has its name as the first word of it.
 */
export function processesNamed(
  names: readonly string[],
  proc = "/proc",
): readonly { readonly name: string; readonly pid: number }[] {
  const own = readOr(() => readlinkSync(`${proc}/self/ns/net`));
  return readdirSync(proc)
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const comm = readOr(() => readFileSync(`${proc}/${entry}/comm`, "utf8")) ?? "";
      const [name = ""] = comm.trim().split(/[\s:]/);
      if (!names.includes(name)) return [];
      const namespace = readOr(() => readlinkSync(`${proc}/${entry}/ns/net`)) ?? own;
      return namespace === own ? [{ name, pid: Number(entry) }] : [];
    })
    .toSorted((one, other) => one.pid - other.pid);
}

function readOr(read: () => string): string | null {
  try {
    return read();
  } catch {
    // It has ended meanwhile, or is none of ours to look at.
    return null;
  }
}

/** Null: no such process runs here. proc(5): comm has 15 characters at most. */
export function findProgram(name: string): OtherProgram | null {
  const processes = processesOf(name);
  if (processes.length === 0) return null;
  const known = new Set(processes.map(({ pid }) => pid));
  const parents = processes.filter(({ parent }) => !known.has(parent));
  const pids = [...parents, ...processes.filter((each) => !parents.includes(each))].map(
    ({ pid }) => pid,
  );
  let watcher: ChildProcess | null = null;
  const dismiss = (): void => {
    watcher?.stdin?.end("over\n");
    watcher = null;
  };
  return {
    name,
    pids,
    unit: unitOf(pids[0] ?? 0),
    freeze: (successor) => {
      watcher ??= watch(pids.toReversed(), successor);
      for (const pid of pids) signal(pid, "SIGSTOP");
    },
    thaw: () => {
      for (const pid of pids.toReversed()) signal(pid, "SIGCONT");
      dismiss();
    },
    async kill() {
      for (const pid of pids.toReversed()) signal(pid, "SIGKILL");
      dismiss();
      const until = performance.now() + goneWithinMs;
      while (pids.some(lives)) {
        if (performance.now() > until) throw new MachineError(`${name} outlives SIGKILL`);
        await sleep(5);
      }
    },
  };
}

/** Seconds that a unit is given to come up. */
const startsWithin = 30;

/**
 * Reads one line from the process that freezes; without one, that process is dead. $1: the
 * successor's unit, $2: its socket, then the frozen processes.
 */
const watching = `
read -r word && test "$word" = over && exit
unit=$1 socket=$2 left=${startsWithin}
shift 2
while test -n "$unit" && test $left -gt 0; do
  case "$(systemctl show --property ActiveState --value "$unit")" in
    active | reloading) kill -KILL "$@"; exit ;;
    activating) sleep 1 ;;
    *) break ;;
  esac
  left=$((left - 1))
done
if test -n "$unit"; then systemctl stop "$unit"
elif test -S "$socket"; then kill -KILL "$@"; exit
fi
kill -CONT "$@"
`;

/** In a session of its own: what ends the terminal does not end it. */
function watch(pids: readonly number[], { unit, socket }: Successor): ChildProcess {
  const child = spawn(
    "/bin/sh",
    ["-c", watching, "sh", unit ?? "", socket, ...pids.map((pid) => `${pid}`)],
    { stdio: ["pipe", "ignore", "ignore"], detached: true, env: { PATH: systemPath } },
  );
  // Where there is no shell, what is frozen is thawed by this process alone.
  child.once("error", () => {});
  child.stdin?.once("error", () => {});
  child.unref();
  return child;
}

function processesOf(name: string): readonly Process[] {
  const own = namespaceOf("self");
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        if (readFileSync(`/proc/${entry}/comm`, "utf8").trim() !== name) return [];
        if (namespaceOf(entry) !== own) return [];
        const [state, parent] = afterName(readFileSync(`/proc/${entry}/stat`, "utf8"));
        return state === "Z" ? [] : [{ pid: Number(entry), parent: Number(parent) }];
      } catch {
        // It has ended meanwhile, or is none of ours to look at.
        return [];
      }
    });
}

const namespaceOf = (pid: string): string => readlinkSync(`/proc/${pid}/ns/net`);

/** The fields behind the name, which may hold blanks and parentheses: state, parent, ... */
const afterName = (stat: string): readonly string[] =>
  stat
    .slice(stat.lastIndexOf(")") + 1)
    .trim()
    .split(" ");

function lives(pid: number): boolean {
  try {
    return afterName(readFileSync(`/proc/${pid}/stat`, "utf8"))[0] !== "Z";
  } catch {
    return false;
  }
}

function unitOf(pid: number): string | null {
  try {
    const groups = readFileSync(`/proc/${pid}/cgroup`, "utf8");
    return /\/([\w@.-]+\.service)(?:\/|$)/m.exec(groups)?.[1] ?? null;
  } catch {
    return null;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ESRCH") return;
    throw new MachineError(`process ${pid} cannot be signalled: ${messageOf(thrown)}`);
  }
}
