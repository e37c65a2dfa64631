/**
 * The processes of another program on this machine, in this network namespace, with all that they
 * have started: frozen, thawed and killed. A frozen daemon does nothing, and what it has put into
 * the kernel stays: it can go on as if nothing had happened. It does not stay frozen when whoever
 * froze it is killed: a shell watches over it.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineError, messageOf } from "../../model/error.ts";
import { familyOf, isAlive } from "./processes.ts";
import { type Successor, type Watcher, watch } from "./watching.ts";

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
  /** It stays frozen, also when this process has ended. */
  leaveFrozen(): void;
  /** Children first: one that outlives its parent cleans up. Resolves when all are gone. */
  kill(): Promise<void>;
  /** systemd's unit, where one runs it; null: none. */
  readonly unit: string | null;
}

/** At most so long for processes to be gone after SIGKILL. */
const goneWithinMs = 2000;
const lookEveryMs = 5;

/** Null: no such process runs here. */
export function findProgram(name: string): OtherProgram | null {
  let pids = familyOf(name);
  if (pids.length === 0) return null;
  const unit = unitOf(pids[0] ?? 0);
  let watcher: Watcher | null = null;
  const dismiss = (): void => {
    watcher?.dismiss();
    watcher = null;
  };
  /** Those that are not known yet, children last as in `pids`. */
  const learn = (): readonly number[] => {
    const more = familyOf(name).filter((pid) => !pids.includes(pid));
    pids = [...pids, ...more];
    return more;
  };
  return {
    name,
    get pids() {
      return pids;
    },
    unit,
    freeze: (successor) => {
      // Checks that it had under way are others by now.
      pids = familyOf(name);
      watcher ??= watch(pids.toReversed(), successor, unit);
      for (const pid of pids) signal(pid, "SIGSTOP");
      // What they have started before they stood still.
      for (let more = learn(); more.length > 0; more = learn()) {
        watcher.add(more.toReversed());
        for (const pid of more) signal(pid, "SIGSTOP");
      }
    },
    thaw: () => {
      for (const pid of pids.toReversed()) signal(pid, "SIGCONT");
      dismiss();
    },
    leaveFrozen: dismiss,
    async kill() {
      learn();
      for (const pid of pids.toReversed()) signal(pid, "SIGKILL");
      dismiss();
      const until = performance.now() + goneWithinMs;
      while (pids.some((pid) => isAlive(pid))) {
        if (performance.now() > until) throw new MachineError(`${name} outlives SIGKILL`);
        await sleep(lookEveryMs);
      }
    },
  };
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
