/** The lab's client as scenarios see it; the work is done by a program of its own (client.c). */
import { now } from "../instruments/clock.ts";
import { type ClientReport, judge, type Stall, type Try } from "../instruments/outage.ts";
import { LabProgram } from "../programs/lab-program.ts";

export interface ClientOptions {
  readonly address: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp" | "sctp";
  /** Between the starts of two tries. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Long-lived connections that say a line every `holdIntervalMs` and expect it back. */
  readonly held: number;
  readonly holdIntervalMs: number;
  /** A held connection counts as broken when it is closed, reset, or silent for this long. */
  readonly silenceMaxMs: number;
}

export interface HeldReport {
  readonly open: number;
  readonly broken: number;
  /** Open ones whose last line has not been answered yet. */
  readonly quiet: number;
  readonly byServer: Readonly<Record<string, number>>;
  /** What became of each other one that was begun, in the order in which they were. */
  readonly faults: readonly HeldFault[];
}

/** A held connection that is none: when it was begun, until when it was one, and why no longer. */
export interface HeldFault {
  readonly started: number;
  readonly ended: number;
  readonly why: string;
}

/** Below the kernel's first SYN retransmission, so that a lost SYN counts as a failure. */
const timeoutMs = 900;

const defaults = {
  port: 80,
  protocol: "tcp",
  intervalMs: 10,
  timeoutMs,
  held: 0,
  holdIntervalMs: 500,
  silenceMaxMs: 4000,
} as const;

export class Client {
  readonly intervalMs: number;
  readonly #program: LabProgram;
  #mark = now();

  private constructor(program: LabProgram, intervalMs: number) {
    this.#program = program;
    this.intervalMs = intervalMs;
  }

  /** Starts opening connections to `address`; every 10 ms unless told otherwise. */
  static async start(
    namespace: string,
    options: Partial<ClientOptions> & Pick<ClientOptions, "address">,
  ): Promise<Client> {
    const all: ClientOptions = { ...defaults, ...options };
    const program = await LabProgram.start(
      namespace,
      "client",
      ...[all.address, all.port, all.protocol, all.intervalMs, all.timeoutMs],
      ...[all.held, all.holdIntervalMs, all.silenceMaxMs],
    );
    return new Client(program, all.intervalMs);
  }

  /** Begins a new chapter: the next `report` counts from here. */
  mark(): void {
    this.#mark = now();
  }

  /** Of the tries since the last mark; waits until each of them is answered or timed out. */
  async report(): Promise<ClientReport> {
    const from = this.#mark;
    const until = now();
    const tries: Try[] = [];
    const stalls: Stall[] = [];
    for (const line of await this.#program.ask(`tries ${from} ${until}`)) {
      const [kind, began, ended, failure = "-", server = "-"] = line.split(" ");
      const span = { from: Number(began), until: Number(ended) };
      if (kind === "stall") stalls.push(span);
      else
        tries.push({
          started: span.from,
          ended: span.until,
          failure: failure === "-" ? null : failure,
          server: server === "-" ? null : server,
        });
    }
    return judge(tries, stalls, from, until);
  }

  /** How many tries of the last `spanMs` were served; 0 as soon as one of them failed or hangs. */
  async served(spanMs: number): Promise<number> {
    const [line = ""] = await this.#program.ask(`served ${spanMs}`);
    return Number(line.split(" ")[1]);
  }

  async held(): Promise<HeldReport> {
    const numbers = { open: 0, broken: 0, quiet: 0 };
    const byServer: Record<string, number> = {};
    const faults: HeldFault[] = [];
    for (const line of await this.#program.ask("held")) {
      const [what = "", value = "", ended, why = ""] = line.split(" ");
      if (what === "server") byServer[value] = (byServer[value] ?? 0) + 1;
      else if (what === "fault") faults.push({ started: Number(value), ended: Number(ended), why });
      else numbers[what as keyof typeof numbers] = Number(value);
    }
    return { ...numbers, byServer, faults };
  }

  /** No further tries; held connections stay. */
  async stop(): Promise<void> {
    await this.#program.ask("stop");
  }

  kill(): Promise<void> {
    return this.#program.kill();
  }
}
