/**
 * Keeps `ip -o monitor address link` running and reports whenever addresses or links have changed,
 * or may have changed unseen, so that whoever listens reads everything once more.
 *
 * What its lines say is not read: a takeover of 500 VIPs would read 500 of its own.
 */
import { messageOf } from "../../model/error.ts";
import { type Ms, ms } from "../../model/time.ts";
import { type KeptProgram, keepProgram } from "../program/program.ts";

/** How long a program that ended is left alone, so that a missing one does not spin us. */
const againAfter = ms(1000);
/**
 * `ip monitor` does not say when it has begun to listen; measured: 60 ms at most in the slowest
 * lab.
 */
const beginsWithin = ms(250);

/**
 * `why`: the program's line, or why a change may have been missed; that is also reported each time
 * the program begins, once it must be listening. Call the result to stop.
 */
export function watchInterfaces(
  path: string | undefined,
  onChange: (why: string) => void,
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
    onChange(why);
    later(againAfter, begin);
  };
  const begin = (): void => {
    try {
      program = keepProgram({
        file: "ip",
        args: ["-o", "monitor", "address", "link"],
        path,
        // On stderr such as "netlink receive error No buffer space available": some were lost.
        onLine: (line) => {
          if (!stopped) onChange(line);
        },
        onEnd: again,
      });
    } catch (thrown) {
      again(messageOf(thrown));
      return;
    }
    later(beginsWithin, () => onChange("the watch has begun"));
  };
  begin();
  return () => {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
    program?.kill();
  };
}
