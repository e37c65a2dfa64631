/** The processes of this machine in this network namespace, found by their names: proc(5). */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

interface Process {
  readonly pid: number;
  readonly parent: number;
  /**
   * Its names: the first word of what it calls itself (ldirectord changes its title), and the file
   * that it runs, whatever it calls itself (keepalived's `process_names`).
   */
  readonly names: readonly string[];
  /** In this network namespace; where that may not be read, it counts as this one. */
  readonly isHere: boolean;
}

/** The processes with one of these names, by their number; a child may have its parent's. */
export function processesNamed(
  names: readonly string[],
  proc = "/proc",
): readonly { readonly name: string; readonly pid: number }[] {
  return processes(proc)
    .flatMap(({ pid, names: own, isHere }) => {
      const name = own.find((each) => names.includes(each));
      return name === undefined || !isHere ? [] : [{ name, pid }];
    })
    .toSorted((one, other) => one.pid - other.pid);
}

/**
 * The processes with this name, and whatever they have started that runs, whatever its name: the
 * parents before their children. This process and what it has started are left out.
 */
export function familyOf(name: string, proc = "/proc"): readonly number[] {
  const all = processes(proc).filter(({ pid }) => pid !== process.pid);
  const named = all.filter(({ names, isHere }) => isHere && names.includes(name));
  const known = new Set(named.map(({ pid }) => pid));
  const family = new Set(named.filter(({ parent }) => !known.has(parent)).map(({ pid }) => pid));
  // What is added while a set is walked through is walked through as well.
  for (const member of family)
    for (const { pid, parent } of all) if (parent === member) family.add(pid);
  return [...family];
}

export function isAlive(pid: number, proc = "/proc"): boolean {
  const stat = readOr(() => readFileSync(`${proc}/${pid}/stat`, "utf8"));
  return stat !== null && statOf(stat).state !== dead;
}

/** It has ended, and its parent has not asked how. */
const dead = "Z";

/** All that run. */
function processes(proc: string): readonly Process[] {
  const own = readOr(() => readlinkSync(`${proc}/self/ns/net`));
  return readdirSync(proc)
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const text = readOr(() => readFileSync(`${proc}/${entry}/stat`, "utf8"));
      if (text === null) return [];
      const { title, state, parent } = statOf(text);
      if (state === dead) return [];
      const [name = ""] = title.split(/[\s:]/);
      const file = readOr(() => readlinkSync(`${proc}/${entry}/exe`));
      const namespace = readOr(() => readlinkSync(`${proc}/${entry}/ns/net`)) ?? own;
      // After an upgrade the file that runs is there no more.
      const program = file === null ? [] : [basename(file.replace(/ \(deleted\)$/, ""))];
      return [{ pid: Number(entry), parent, names: [name, ...program], isHere: namespace === own }];
    });
}

/** The name stands in parentheses, and may hold blanks and parentheses itself. */
function statOf(stat: string): { title: string; state: string; parent: number } {
  const end = stat.lastIndexOf(")");
  const [state = "", parent = ""] = stat
    .slice(end + 1)
    .trim()
    .split(" ");
  return { title: stat.slice(stat.indexOf("(") + 1, end), state, parent: Number(parent) };
}

function readOr(read: () => string): string | null {
  try {
    return read();
  } catch {
    // It has ended meanwhile, or is none of ours to look at.
    return null;
  }
}
