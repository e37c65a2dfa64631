/**
 * One `ipvsadm --restore` that is kept open on a pipe: says lines and hears what it complains of.
 * Knows how the program answers, not which change failed: it does not say.
 *
 * Measured: it does each line as it arrives. What the kernel refuses is one bare sentence on
 * stderr, without the line or its number; a good line is answered by nothing. A line that the
 * parser refuses ends the program.
 */
import { MachineError } from "../../model/error.ts";
import { type Ms, ms } from "../../model/time.ts";
import { programOnDemand } from "../program/on-demand.ts";

/**
 * Lines that must fail without effect; their answer means that all lines before them are done.
 * Their sentences can come from real lines too, so each is for batches that cannot cause it:
 * "No such service" comes of -E and -D, "Service not defined" of -a, -e and -d.
 */
export const barriers = {
  amongDestinations: { line: "-D -t 0.0.0.1:1", answer: "No such service" },
  amongServices: { line: "-d -t 0.0.0.1:1 -r 0.0.0.1:1", answer: "Service not defined" },
} as const;
export type Barrier = (typeof barriers)[keyof typeof barriers];

/** On top of the silence that is allowed; measured: 0.8 ms a line in the slowest lab. */
const lineDeadline = ms(10);

/** The program ended in the middle: its parser refused a line, or somebody killed it. */
export class PipeEnded extends MachineError {}

export interface IpvsPipe {
  /** Says the lines; what the program complained of, in order. Throws PipeEnded, MachineError. */
  ask(lines: readonly string[], barrier: Barrier): Promise<readonly string[]>;
  /** Kills the program; the next `ask` starts another one. */
  drop(): Promise<void>;
}

/** The program is started when it is first needed. `deadline`: the longest silence. */
export function openIpvsPipe(path: string | undefined, deadline: Ms): IpvsPipe {
  let hear: ((line: string) => void) | null = null;
  let fail: ((failure: MachineError) => void) | null = null;
  const program = programOnDemand({
    file: "ipvsadm",
    args: ["--restore"],
    path,
    onLine: (line, stream) => {
      if (stream === "stderr" && line.trim() !== "") hear?.(line.trim());
    },
    onEnd: (why) => fail?.(new PipeEnded(`the kept ${why}`)),
  });
  return {
    drop: program.drop,
    async ask(lines, barrier) {
      program.start();
      const complaints: string[] = [];
      const done = Promise.withResolvers<void>();
      hear = (line) => {
        if (line === barrier.answer) done.resolve();
        else complaints.push(line);
      };
      fail = done.reject;
      const patience = ms(deadline + lines.length * lineDeadline);
      try {
        await program.converse(`${[...lines, barrier.line].join("\n")}\n`, done, patience);
      } finally {
        hear = null;
        fail = null;
      }
      return complaints;
    },
  };
}
