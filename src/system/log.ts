/**
 * Where events become lines: pino to stdout, JSON with journald's priority prefix (sd-daemon(3)),
 * human text on a terminal. Never keeps the loop waiting and never ends the daemon, whatever stdout
 * is: full, closed, or a journal that has stopped reading.
 */
import { isatty } from "node:tty";
import pino from "pino";
import type { LvsdEvent, Severity } from "../model/event.ts";
import { type Ms, ms } from "../model/time.ts";

export interface Log {
  event(event: LvsdEvent): void;
  /** Lines that were given up because nobody took them. */
  readonly lost: number;
  /** Resolves when what was said is written, or after half a second. Never rejects. */
  flush(): Promise<void>;
}

export interface LogOptions {
  /** File descriptor; default 1. */
  readonly fd?: number;
  /** Default: whether the descriptor is a terminal. */
  readonly terminal?: boolean;
}

/** What waits for a reader that has stopped: an hour of a busy night, no burden for the memory. */
const waitingBytesMax = 1_000_000;

const flushWithin: Ms = ms(500);

/** syslog(3)'s numbers, as sd-daemon(3) has them in front of a line. */
const priorities: Readonly<Record<Severity, number>> = { error: 3, warn: 4, info: 6 };

/** One line for people: local time, severity where it matters, the sentence, what it is about. */
export function textLine(event: LvsdEvent): string {
  const time = new Date(event.at).toTimeString().slice(0, 8);
  const fraction = event.at.slice(19, 23);
  const mark = event.severity === "info" ? "" : `${event.severity.toUpperCase()}: `;
  return `${time}${fraction} ${event.event}: ${mark}${event.message}\n`;
}

/** Opens the log on a descriptor. Never throws. */
export function openLog({ fd = 1, terminal = isatty(fd) }: LogOptions = {}): Log {
  let lost = 0;
  // Written by a thread of the pool: a pipe that is full stops that thread and not the loop.
  const out = pino.destination({ fd, sync: false, maxLength: waitingBytesMax });
  out.on("drop", () => {
    lost += 1;
  });
  // Closed or full: what could not be written is tried again with the next line.
  out.on("error", () => {});
  let severity: Severity = "info";
  const logger = pino(
    {
      base: null,
      timestamp: false,
      messageKey: "message",
      formatters: { level: (label) => ({ severity: label }) },
    },
    { write: (line) => void out.write(`<${priorities[severity]}>${line}`) },
  );
  return {
    event(event) {
      if (terminal) {
        out.write(textLine(event));
        return;
      }
      const { severity: level, message, ...rest } = event;
      severity = level;
      logger[level](rest, message);
    },
    get lost() {
      return lost;
    },
    flush: () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, flushWithin);
        out.flush(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}
