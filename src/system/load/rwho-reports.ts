/**
 * What rwhod says of the machines around: its broadcasts, or the spool of an rwhod that runs on
 * this machine and has the port for itself. The newest report of each machine is kept.
 */
import { createSocket, type Socket } from "node:dgram";
import { readdir, readFile } from "node:fs/promises";
import { endianness } from "node:os";
import { join } from "node:path";
import {
  readWho,
  rwhoPort,
  shortName,
  silentSecondsMax,
  type WhoReport,
} from "../../health/load/rwho.ts";
import { MachineError } from "../../model/error.ts";

/** More machines than a network has; bounds what strangers can make us keep. */
const reportsMax = 10_000;
/** A report of 42 users is the longest. */
const reportBytesMax = 1100;

interface Heard {
  readonly report: WhoReport;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export class RwhoReports {
  readonly #spool: string;
  readonly #byAddress = new Map<string, Heard>();
  readonly #byName = new Map<string, Heard>();
  #socket: Socket | null = null;

  constructor(spool = "/var/spool/rwho") {
    this.#spool = spool;
  }

  /** Listens from now on. A port that is taken is no failure: there is the spool. */
  open(): void {
    if (this.#socket !== null) return;
    const socket = createSocket("udp4");
    this.#socket = socket;
    socket.on("error", () => {
      socket.close();
      if (this.#socket === socket) this.#socket = null;
    });
    socket.on("message", (bytes, from) => {
      const report = readWho(bytes);
      if (report === null) return;
      const heard = { report, at: Date.now() };
      keep(this.#byAddress, from.address, heard);
      keep(this.#byName, shortName(report.host), heard);
    });
    socket.bind(rwhoPort, () => socket.unref());
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#byAddress.clear();
    this.#byName.clear();
  }

  /** The newest load of the machine with this address, or of this name. Throws MachineError. */
  async load(address: string, name: string): Promise<number> {
    const heard =
      this.#byAddress.get(address) ??
      this.#byName.get(shortName(name)) ??
      (await this.#kept(shortName(name)));
    if (heard === null) {
      const place = `its packets come from ${address}, or it is called ${shortName(name)}`;
      throw new MachineError(`rwhod: no report; ${place}`);
    }
    const age = Math.round((Date.now() - heard.at) / 1000);
    if (age > silentSecondsMax)
      throw new MachineError(`rwhod: ${heard.report.host} is silent for ${age} s`);
    return heard.report.load;
  }

  /** What this machine's own rwhod has of a name. */
  async #kept(name: string): Promise<Heard | null> {
    const files = await readdir(this.#spool).catch(() => []);
    const file = files.find(
      (each) => each.startsWith("whod.") && shortName(each.slice(5)) === name,
    );
    if (file === undefined) return null;
    const bytes = await readFile(join(this.#spool, file)).catch(() => Buffer.alloc(0));
    const report = readWho(bytes.subarray(0, reportBytesMax), endianness() === "LE");
    return report === null ? null : { report, at: report.received * 1000 };
  }
}

/** The oldest make room: a machine that goes on reporting is never kept out by invented ones. */
function keep(reports: Map<string, Heard>, key: string, heard: Heard): void {
  reports.delete(key);
  const [oldest] = reports.keys();
  if (reports.size >= reportsMax && oldest !== undefined) reports.delete(oldest);
  reports.set(key, heard);
}
