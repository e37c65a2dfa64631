/**
 * Network namespaces of the lab: enter one for the length of a call, look into it.
 *
 * setns(2) moves the calling thread only. Whatever the call starts stays there: a child process, a
 * worker thread, a raw socket. Synchronous file reads below /proc/thread-self/net and writes to
 * /proc/sys/net belong to the namespace too. So no program has to be started to look at a table.
 */
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import koffi from "koffi";

const libc = koffi.load("libc.so.6");
const setns: (descriptor: number, kind: number) => number = libc.func("int setns(int, int)");

/** sched.h: CLONE_NEWNET. */
const networkKind = 0x4000_0000;

const home = openSync("/proc/self/ns/net", "r");

/** Calls `act`, which must be synchronous, with this thread in the namespace `name`. */
export function within<Result>(name: string, act: () => Result): Result {
  const descriptor = openSync(`/run/netns/${name}`, "r");
  enter(descriptor, name);
  closeSync(descriptor);
  try {
    return act();
  } finally {
    enter(home, "home");
  }
}

function enter(descriptor: number, name: string): void {
  if (setns(descriptor, networkKind) !== 0) throw new Error(`cannot enter namespace ${name}`);
}

/** A table of the kernel in this namespace: `ip_vs`, `arp`, `dev`, ... */
export const readNet = (namespace: string, file: string): string =>
  within(namespace, () => readFileSync(`/proc/thread-self/net/${file}`, "utf8"));

/** Sets sysctls by their path below /proc/sys/net, `ipv4/ip_forward`. */
export function setSysctls(namespace: string, values: Readonly<Record<string, number>>): void {
  within(namespace, () => {
    for (const [name, value] of Object.entries(values))
      writeFileSync(`/proc/sys/net/${name}`, `${value}`);
  });
}

export const readSysctl = (namespace: string, name: string): string =>
  within(namespace, () => readFileSync(`/proc/sys/net/${name}`, "utf8").trim());

/** Every address on an interface that is up, without its prefix length. */
export function addressesIn(namespace: string): string[] {
  const found = within(namespace, () => networkInterfaces());
  return Object.values(found).flatMap((list) => (list ?? []).map((entry) => entry.address));
}

/** From now on this process's main thread, and what it starts, has a network of its own. */
export function leaveNetwork(): void {
  const unshare: (kinds: number) => number = libc.func("int unshare(int)");
  if (unshare(networkKind) !== 0) throw new Error("no network namespace: root is needed");
}
