/**
 * Where events become lines: pino to stdout, JSON with journald's priority prefix (sd-daemon(3)),
 * human text on a terminal. Never keeps the loop waiting and never ends the daemon, whatever stdout
 * is (output.ts).
 */
import { isatty } from "node:tty";
import pino from "pino";
import type { LvsdEvent } from "../../model/event.ts";
import type { Severity } from "../../model/events/declaration.ts";
import { printable, printableLines } from "../../model/printable.ts";
import { ms } from "../../model/time.ts";
import { openOutput } from "../program/output.ts";

export interface Log {
  event(event: LvsdEvent): void;
  /** Lines that were given up because they were not read. */
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

const flushWithin = ms(500);

/** syslog(3)'s numbers, as sd-daemon(3) has them in front of a line. */
const priorities: Readonly<Record<Severity, number>> = { error: 3, warn: 4, info: 6 };

/** One line for people: local time, severity where it matters, the sentence, what it is about. */
export function textLine(event: LvsdEvent): string {
  const time = new Date(event.at).toTimeString().slice(0, 8);
  const fraction = event.at.slice(19, 23);
  const mark = event.severity === "info" ? "" : `${event.severity.toUpperCase()}: `;
  return `${time}${fraction} ${event.event}: ${mark}${printable(event.message)}\n`;
}

/** Opens the log on a descriptor. Never throws. */
export function openLog({ fd = 1, terminal = isatty(fd) }: LogOptions = {}): Log {
  const out = openOutput(fd);
  let severity: Severity = "info";
  const logger = pino(
    {
      base: null,
      timestamp: false,
      messageKey: "message",
      formatters: { level: (label) => ({ severity: label }) },
    },
    { write: (line) => out.write(`<${priorities[severity]}>${printableLines(line)}`) },
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
      return out.lost;
    },
    flush: () => out.flush(flushWithin),
  };
}
