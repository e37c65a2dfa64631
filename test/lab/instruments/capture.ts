/** tcpdump on both networks: heartbeats, ARP, neighbour discovery. Kept when a scenario fails. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { within } from "../machine/namespace.ts";
import { waitFor } from "./wait.ts";

const directory = "/run/lab/capture";
const filter = "port 539 or arp or icmp6";
const bridges = ["br-pub", "br-priv"] as const;

type Bridge = (typeof bridges)[number];

/** Patience, not a goal. */
const withinMs = 10_000;

/** tcpdump on one bridge. */
class Dump {
  readonly #child: ChildProcess;
  #listens = false;
  #failed = false;
  #words = "nothing";
  /** By its last count: what it has written, and what the kernel has taken for it. */
  #counted: { readonly written: number; readonly taken: number } | null = null;

  constructor(bridge: string, what: string) {
    const into = ["-w", file(bridge), "-U", "-s", "0", "-Z", "root"];
    this.#child = within("lan", () =>
      spawn("tcpdump", ["-i", bridge, "-n", ...into, what], {
        stdio: ["ignore", "ignore", "pipe"],
      }),
    );
    this.#child.once("error", ({ message }) => {
      this.#failed = true;
      this.#words = message;
    });
    if (this.#child.stderr === null) throw new Error("tcpdump has no stderr");
    createInterface({ input: this.#child.stderr }).on("line", (line) => this.#hear(line));
  }

  #hear(line: string): void {
    this.#words = line;
    if (line.includes("listening on")) this.#listens = true;
    const counts =
      /(\d+) packets? captured, (\d+) packets? received .*?(\d+) packets? dropped/.exec(line);
    if (counts === null) return;
    const [written, taken, dropped] = counts.slice(1).map(Number) as [number, number, number];
    this.#counted = { written: written + dropped, taken };
  }

  get #ended(): boolean {
    return this.#failed || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async listening(): Promise<void> {
    await waitFor("tcpdump listens", withinMs, () => {
      if (this.#ended) throw new Error(`tcpdump: ${this.#words}`);
      return this.#listens;
    });
  }

  /**
   * Until what the kernel has taken by now is in the file. It hands frames over in blocks, up to a
   * second late (TPACKET_V3). SIGUSR1 makes tcpdump print its counts (tcpdump(1)).
   */
  async settle(): Promise<void> {
    let due: number | null = null;
    this.#counted = null;
    await waitFor(
      "what was captured is written",
      withinMs,
      () => {
        if (this.#ended) return true;
        const counted = this.#counted;
        due ??= counted?.taken ?? null;
        if (due !== null && counted !== null && counted.written >= due) return true;
        this.#child.kill("SIGUSR1");
        return false;
      },
      25,
    );
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    await new Promise<void>((resolve) => {
      this.#child.once("exit", () => resolve());
      this.#child.kill("SIGTERM");
    });
  }
}

export class Capture {
  #dumps: readonly Dump[];

  private constructor(dumps: readonly Dump[]) {
    this.#dumps = dumps;
  }

  static async start(): Promise<Capture> {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    return new Capture(await dumps(filter));
  }

  /** Only what a router says itself, whoever else uses its addresses; instead of everything. */
  async narrow(macs: readonly string[]): Promise<void> {
    await this.stop();
    const own = macs.map((mac) => `ether src ${mac}`).join(" or ");
    this.#dumps = await dumps(`(${filter}) and (${own})`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#dumps.map((dump) => dump.stop()));
  }

  /** Until what has passed by now can be read. */
  async settle(): Promise<void> {
    await Promise.all(this.#dumps.map((dump) => dump.settle()));
  }

  copyTo(place: string): void {
    for (const bridge of bridges)
      if (existsSync(file(bridge))) copyFileSync(file(bridge), `${place}/${bridge}.pcap`);
  }
}

async function dumps(what: string): Promise<readonly Dump[]> {
  const started = bridges.map((bridge) => new Dump(bridge, what));
  await Promise.all(started.map((dump) => dump.listening()));
  return started;
}

const file = (bridge: string): string => `${directory}/${bridge}.pcap`;

/** One UDP datagram of a capture over IPv4. */
export interface CapturedDatagram {
  /** Wall clock, in ms since 1970 with fractions. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly payload: Uint8Array;
}

/** One announcement of an IPv4 address (ARP in which sender and target are the same). */
export interface CapturedAnnouncement {
  readonly address: string;
  readonly mac: string;
  /** Wall clock, in ms since 1970 with fractions. */
  readonly at: number;
}

interface Frame {
  readonly at: number;
  readonly bytes: Buffer;
}

/** The frames captured so far, oldest first (pcap-savefile(5)). */
function framesOn(bridge: Bridge): Frame[] {
  const bytes = readFileSync(file(bridge));
  const found: Frame[] = [];
  // A file header of 24 bytes, then a header of 16 bytes before each frame.
  for (let at = 24; at + 16 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 8);
    found.push({
      at: bytes.readUInt32LE(at) * 1000 + bytes.readUInt32LE(at + 4) / 1000,
      bytes: bytes.subarray(at + 16, at + 16 + length),
    });
    at += 16 + length;
  }
  return found;
}

const dotted = (bytes: Uint8Array): string => [...bytes].join(".");

/** The heartbeats captured so far on a network, oldest first (Ethernet, IPv4 without options). */
export function heartbeatsOn(bridge: Bridge): CapturedDatagram[] {
  return framesOn(bridge).flatMap(({ at, bytes: frame }) => {
    if (frame.length < 42 || frame.readUInt16BE(12) !== 0x0800 || frame[23] !== 17) return [];
    if (frame.readUInt16BE(36) !== 539) return [];
    const payload = Uint8Array.from(frame.subarray(42, 34 + frame.readUInt16BE(38)));
    const from = dotted(frame.subarray(26, 30));
    const to = dotted(frame.subarray(30, 34));
    return [{ at, from, to, payload }];
  });
}

/** The announcements of addresses captured so far on a network, oldest first. */
export function announcedOn(bridge: Bridge): CapturedAnnouncement[] {
  return framesOn(bridge).flatMap(({ at, bytes: frame }) => {
    if (frame.length < 42 || frame.readUInt16BE(12) !== 0x0806) return [];
    const address = dotted(frame.subarray(28, 32));
    if (address !== dotted(frame.subarray(38, 42))) return [];
    const mac = [...frame.subarray(22, 28)].map((byte) => byte.toString(16).padStart(2, "0"));
    return [{ address, mac: mac.join(":"), at }];
  });
}
