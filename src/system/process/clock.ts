/**
 * Now, and one wake-up. Now is CLOCK_BOOTTIME (clock_gettime(2)): it never steps and counts the
 * time in which the machine was suspended, so that a router knows that it has slept.
 */
import { readFileSync } from "node:fs";
import { type Instant, instant } from "../../model/time.ts";
import { clockGettime } from "../libc.ts";

const clockBoottime = 7;
/** Two 64-bit numbers, seconds and nanoseconds, as four 32-bit ones (little endian machines). */
const timespec = new Uint32Array(4);

/** The present instant, in milliseconds with fractions. */
export function now(): Instant {
  clockGettime(clockBoottime, timespec);
  const [low = 0, high = 0, nanoseconds = 0] = timespec;
  return instant((high * 2 ** 32 + low) * 1000 + nanoseconds / 1e6);
}

/** Which boot of the kernel `now` counts from (random(4)); a file of an earlier one is out of date. */
export const kernelBoot = (): string =>
  readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** Wall-clock time as people read it, ISO 8601 in UTC. */
export const wallClock = (): string => new Date().toISOString();

/** The longest sleep at a time: setTimeout takes 32 bits, and its clock stands still in a suspend. */
const sleepMsMax = 60_000;

export interface Alarm {
  /** Replaces the instant of the next wake-up; null: none. An instant that is over wakes at once. */
  at(when: Instant | null): void;
  close(): void;
}

/**
 * One wake-up, delivered after one more turn of the poll phase: a process that was stopped finds
 * its timer overdue and its peer's datagrams unread, and must read before it judges.
 */
export function openAlarm(wake: () => void): Alarm {
  let timer: NodeJS.Timeout | null = null;
  let turn: NodeJS.Immediate | null = null;
  let armed: Instant | null = null;
  const cancel = (): void => {
    if (timer !== null) clearTimeout(timer);
    if (turn !== null) clearImmediate(turn);
    timer = null;
    turn = null;
  };
  const sleep = (when: Instant): void => {
    const left = Math.max(0, when - now());
    timer = setTimeout(
      () => {
        timer = null;
        if (now() < when) return sleep(when);
        turn = setImmediate(() => {
          turn = null;
          armed = null;
          wake();
        });
      },
      Math.min(Math.ceil(left), sleepMsMax),
    );
  };
  return {
    at(when) {
      // Most heartbeats change nothing about the next wake-up, and a timer costs a system call.
      if (when === armed) return;
      cancel();
      armed = when;
      if (when !== null) sleep(when);
    },
    close() {
      cancel();
      armed = null;
    },
  };
}
