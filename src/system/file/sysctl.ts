/**
 * Kernel parameters under /proc/sys: reads, sets, and puts back what it has changed. Which ones and
 * why is known elsewhere. Names are written with slashes, since devices have dots:
 * `net/ipv4/ip_forward`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MachineError, messageOf } from "../../model/error.ts";

export interface Sysctl {
  /** The value as text without line feed; null when the kernel has no such parameter. */
  read(name: string): string | null;
  /** Sets it unless it has that value already; remembers the first value it found. Throws MachineError. */
  set(name: string, value: string): void;
  /** It is as it should be without lvsd: a later `set` finds nothing that is to be put back. */
  leave(name: string): void;
  /** The remembered values by name, and how a later process is given them. */
  readonly before: Readonly<Record<string, string>>;
  remember(before: Readonly<Record<string, string>>): void;
  /**
   * Puts back the remembered values but those that are `still` needed, the last one set first; what
   * failed, for the log.
   */
  restore(still?: ReadonlySet<string>): readonly string[];
}

/** Whether a device takes IPv6 addresses: one that has no such parameter has no IPv6 at all. */
export const takesIpv6 = ({ read }: Pick<Sysctl, "read">, device: string): boolean =>
  read(`net/ipv6/conf/${device}/disable_ipv6`) === "0";

export function openSysctl(root = "/proc/sys"): Sysctl {
  const before = new Map<string, string>();
  const left = new Set<string>();
  const read = (name: string): string | null => {
    try {
      return readFileSync(join(root, name), "utf8").trim();
    } catch {
      return null;
    }
  };
  const write = (name: string, value: string): void => {
    try {
      writeFileSync(join(root, name), `${value}\n`);
    } catch (thrown) {
      throw new MachineError(`sysctl ${name}: cannot set it to ${value}: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    }
  };
  return {
    read,
    set(name, value) {
      const found = read(name);
      if (found === null)
        throw new MachineError(`sysctl ${name}: this kernel does not have it, wanted ${value}`);
      if (found === value) return;
      write(name, value);
      if (!before.has(name) && !left.has(name)) before.set(name, found);
    },
    leave(name) {
      left.add(name);
    },
    get before() {
      return Object.fromEntries(before);
    },
    remember(values) {
      for (const [name, value] of Object.entries(values)) before.set(name, value);
    },
    restore(still = new Set()) {
      const failures: string[] = [];
      for (const [name, value] of [...before].reverse()) {
        if (still.has(name)) continue;
        before.delete(name);
        try {
          write(name, value);
        } catch (thrown) {
          failures.push(messageOf(thrown));
        }
      }
      for (const name of left) if (!still.has(name)) left.delete(name);
      return failures;
    },
  };
}
