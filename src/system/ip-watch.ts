/**
 * Keeps `ip -o monitor address link` running and tells what it says. Where changes may have gone
 * unseen it tells a gap, so that whoever listens reads everything once more.
 */
import { messageOf } from "../model/error.ts";
import { type Ms, ms } from "../model/time.ts";
import { type InterfaceChange, readMonitorLine } from "./ip-text.ts";
import { type KeptProgram, keepProgram } from "./program.ts";

/** How long a program that ended is left alone, so that a missing one does not spin us. */
const againAfter = ms(1000);
/** `ip monitor` does not tell when it has begun to listen; measured: 60 ms at most in the slowest lab. */
const beginsWithin = ms(250);

/** Each time the program begins, a gap is told once it must be listening. Call the result to stop. */
export function watchInterfaces(
  path: string | undefined,
  onChange: (change: InterfaceChange) => void,
): () => void {
  let program: KeptProgram | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const later = (length: Ms, work: () => void): void => {
    if (timer !== null) clearTimeout(timer);
    timer = stopped ? null : setTimeout(work, length);
  };
  const again = (why: string): void => {
    program = null;
    if (stopped) return;
    onChange({ kind: "gap", why });
    later(againAfter, begin);
  };
  const begin = (): void => {
    try {
      program = keepProgram({
        file: "ip",
        args: ["-o", "monitor", "address", "link"],
        path,
        onLine: (line, stream) => {
          if (stopped) return;
          // Such as "netlink receive error No buffer space available": messages were lost.
          const change: InterfaceChange | null =
            stream === "stderr" ? { kind: "gap", why: line } : readMonitorLine(line);
          if (change !== null) onChange(change);
        },
        onEnd: again,
      });
    } catch (thrown) {
      again(messageOf(thrown));
      return;
    }
    later(beginsWithin, () => onChange({ kind: "gap", why: "the watch has begun" }));
  };
  begin();
  return () => {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
    program?.kill();
  };
}
