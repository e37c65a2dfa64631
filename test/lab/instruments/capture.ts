/** tcpdump on both networks: heartbeats, ARP, neighbour discovery. Kept when a scenario fails. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { within } from "../machine/namespace.ts";

const directory = "/run/lab/capture";
const filter = "port 539 or arp or icmp6";

export class Capture {
  #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  static start(): Capture {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    return new Capture(["br-pub", "br-priv"].map((bridge) => dump(bridge, file(bridge), filter)));
  }

  /** Only what a router says itself, whoever else uses its addresses; instead of everything. */
  async narrow(macs: readonly string[]): Promise<void> {
    await this.stop();
    const own = macs.map((mac) => `ether src ${mac}`).join(" or ");
    this.#children = ["br-pub", "br-priv"].map((bridge) =>
      dump(bridge, file(bridge), `(${filter}) and (${own})`),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(
        (child) =>
          new Promise<void>((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) resolve();
            child.once("exit", () => resolve());
            child.kill("SIGTERM");
          }),
      ),
    );
  }

  /** Until the kernel has handed over what it keeps back: up to a second (TPACKET_V3). */
  async settle(): Promise<void> {
    await sleep(1200);
  }

  copyTo(place: string): void {
    for (const bridge of ["br-pub", "br-priv"])
      if (existsSync(file(bridge))) copyFileSync(file(bridge), `${place}/${bridge}.pcap`);
  }
}

const dump = (bridge: string, into: string, what: string): ChildProcess =>
  within("lan", () =>
    spawn("tcpdump", ["-i", bridge, "-n", "-U", "-s", "0", "-Z", "root", "-w", into, what], {
      stdio: "ignore",
    }),
  );

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
function framesOn(bridge: "br-pub" | "br-priv"): Frame[] {
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
export function heartbeatsOn(bridge: "br-pub" | "br-priv"): CapturedDatagram[] {
  return framesOn(bridge).flatMap(({ at, bytes: frame }) => {
    if (frame.length < 42 || frame.readUInt16BE(12) !== 0x0800 || frame[23] !== 17) return [];
    if (frame.readUInt16BE(36) !== 539) return [];
    const payload = Uint8Array.from(frame.subarray(42, 34 + frame.readUInt16BE(38)));
    const [from, to] = [dotted(frame.subarray(26, 30)), dotted(frame.subarray(30, 34))];
    return [{ at, from, to, payload }];
  });
}

/** The announcements of addresses captured so far on a network, oldest first. */
export function announcedOn(bridge: "br-pub" | "br-priv"): CapturedAnnouncement[] {
  return framesOn(bridge).flatMap(({ at, bytes: frame }) => {
    if (frame.length < 42 || frame.readUInt16BE(12) !== 0x0806) return [];
    const address = dotted(frame.subarray(28, 32));
    if (address !== dotted(frame.subarray(38, 42))) return [];
    const mac = [...frame.subarray(22, 28)].map((byte) => byte.toString(16).padStart(2, "0"));
    return [{ address, mac: mac.join(":"), at }];
  });
}
