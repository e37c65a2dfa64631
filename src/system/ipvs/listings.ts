/**
 * Listings of the kernel's table by ipvsadm, started by a small shell that is kept open. The daemon
 * is large, and to start a program it has to be copied: that holds its loop up for a moment, on a
 * slow machine for longer than a fast heartbeat allows. Listings come again and again, and nothing
 * waits for them, so the shell and what it starts are ordinary programs.
 */
import { MachineError } from "../../model/error.ts";
import { type Ms, ms } from "../../model/time.ts";
import { programOnDemand } from "../program/on-demand.ts";
import { systemPath } from "../program/program.ts";

export interface Listings {
  /** Starts the shell, which keeps this process from ending until `close`. */
  start(): void;
  /** What `ipvsadm -Ln WHAT --exact` prints. Throws MachineError. */
  list(what: "--rate" | "--stats"): Promise<string>;
  /** Ends the shell; what is under way or waits for its turn throws, as all do from then on. */
  close(): Promise<void>;
}

/** A word on its input is a listing; `end` and the program's status follow it. */
const script = 'while read -r what; do ipvsadm -Ln "$what" --exact; echo "end $?"; done';
const charactersMax = 40_000_000;

/** The shell is started when it is first asked, unless before. `path`: where ipvsadm is looked for. `deadline`: for one listing. */
export function openListings(path: string = systemPath, deadline: Ms = ms(4000)): Listings {
  let lines: string[] = [];
  let length = 0;
  let complaint = "";
  let closed = false;
  let current: PromiseWithResolvers<void> | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const fail = (why: string): void =>
    current?.reject(new MachineError(`ipvsadm -Ln: ${why}${complaint && `: ${complaint}`}`));
  const shell = programOnDemand({
    file: "sh",
    args: ["-c", script],
    path,
    unhurried: true,
    onLine(line, stream) {
      if (stream === "stderr") complaint = line.trim();
      else if (line === "end 0") current?.resolve();
      else if (line.startsWith("end ")) fail(`ended with status ${line.slice(4)}`);
      else if (length <= charactersMax) {
        length += line.length;
        lines.push(line);
      }
    },
    onEnd: (why) => fail(why),
  });
  const listed = async (what: string): Promise<string> => {
    if (closed) throw new MachineError(`ipvsadm -Ln ${what}: listings are closed`);
    const done = Promise.withResolvers<void>();
    lines = [];
    length = 0;
    complaint = "";
    current = done;
    try {
      await shell.converse(`${what}\n`, done, deadline);
    } finally {
      current = null;
    }
    if (length > charactersMax)
      throw new MachineError(`ipvsadm -Ln ${what}: wrote more than ${charactersMax} characters`);
    return lines.join("\n");
  };
  return {
    start() {
      try {
        shell.start();
      } catch {
        // The first listing says why.
      }
    },
    list(what) {
      const next = last.then(() => listed(what));
      last = next.catch(() => {});
      return next;
    },
    close() {
      closed = true;
      return shell.drop();
    },
  };
}
