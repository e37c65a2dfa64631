/**
 * A machine in memory for a whole daemon: addresses, an IPVS table, kernel settings and heartbeat
 * paths as values. What the real ones do is shown in the lab; here the daemon's own order of work
 * is looked at, which takes an unprivileged process and milliseconds.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunCheck } from "../../src/checks/check.ts";
import { readWritten } from "../../src/daemon/config/config-thread.ts";
import { Daemon } from "../../src/daemon/daemon.ts";
import type { DaemonParts } from "../../src/daemon/daemon-parts.ts";
import { Journal } from "../../src/daemon/journal.ts";
import { type IpAddress, parsePrefix, printPrefix } from "../../src/model/address.ts";
import { MachineError } from "../../src/model/error.ts";
import type { LvsdEvent } from "../../src/model/event.ts";
import { ms } from "../../src/model/time.ts";
import type { FloatingAddress, Interface, Ip } from "../../src/system/ip/ip.ts";
import type { Resolve } from "../../src/system/names/resolver.ts";
import type { HeartbeatPathOptions, OpenHeartbeatPath } from "../../src/system/net/datagram.ts";
import { now, openAlarm, wallClock } from "../../src/system/process/clock.ts";
import { MemoryKernel } from "./table/memory-kernel.ts";

const places: string[] = [];
// Not by a hook of node:test: many-checks.ts measures, and node:test makes every promise dearer.
process.once("exit", () => {
  for (const place of places) rmSync(place, { recursive: true, force: true });
});

/** Carries heartbeats between the machines that are plugged in. */
export class MemorySwitch {
  readonly #onSent: () => void;

  /** `onSent`: a machine has sent a heartbeat. */
  constructor(onSent: () => void = () => {}) {
    this.#onSent = onSent;
  }

  readonly #bound = new Map<IpAddress, HeartbeatPathOptions>();

  /** The addresses at which a machine listens. */
  get listening(): ReadonlySet<IpAddress> {
    return new Set(this.#bound.keys());
  }

  /** A machine with these addresses is cut off: nothing comes from it, nothing reaches it. */
  readonly cut = new Set<IpAddress>();

  readonly open: OpenHeartbeatPath = (options) => {
    const path = {
      open: false,
      foreign: 0,
      bind: async () => {
        this.#bound.set(options.own, options);
        path.open = true;
        return null;
      },
      send: (bytes: Uint8Array, sent: (why: string | null) => void) => {
        this.#onSent();
        const copy = Uint8Array.from(bytes);
        setImmediate(() => {
          const to = this.#bound.get(options.peer);
          if (to !== undefined && !this.cut.has(options.own) && !this.cut.has(options.peer))
            to.onDatagram(copy, options.own, now(), options.port);
          sent(null);
        });
      },
      meet: () => {},
      close: async () => {
        if (this.#bound.get(options.own) === options) this.#bound.delete(options.own);
        path.open = false;
      },
    };
    return path;
  };
}

/** A machine with one device, on which one daemon after the other may run. */
export class MemoryMachine {
  readonly own: string;
  readonly kernel = new MemoryKernel();
  readonly settings = new Map<string, string>();
  readonly events: LvsdEvent[] = [];
  /** Real servers, as `ADDRESS:PORT`, whose checks fail. */
  readonly dead = new Set<string>();
  /** What programs print that are asked for the load of an address. */
  readonly loads = new Map<string, string>();
  /** What host names stand for, by this machine's name servers. */
  readonly names = new Map<string, readonly string[]>();
  /** Floating addresses in the kernel, by their text. */
  readonly vips = new Map<string, FloatingAddress>();
  /** Those of them that the kernel drops by itself after a while. */
  readonly expiring = new Set<string>();
  /** Whether the kernel's notifications of addresses are listened to. */
  watched = false;
  /** Is waited for before each action on addresses. */
  beforeIp: (action: "read" | "claim" | "release" | "expire") => Promise<void> = async () => {};
  readonly configFile: string;
  readonly #directory: string;
  readonly #network: MemorySwitch;

  readonly #runs: RunCheck;

  /** `runs`: what runs its checks; without it they ask `dead`. */
  constructor(network: MemorySwitch, own: string, runs?: RunCheck) {
    this.#runs = runs ?? this.#runCheck;
    this.own = own;
    this.#network = network;
    this.#directory = mkdtempSync(join(tmpdir(), "lvsd-memory-"));
    places.push(this.#directory);
    this.configFile = join(this.#directory, "lvsd.yaml");
    for (const name of ["run", "state"]) mkdirSync(join(this.#directory, name));
  }

  configure(config: object): void {
    writeFileSync(this.configFile, JSON.stringify(config));
  }

  /** A daemon that serves; its machine keeps what it leaves. */
  async start(): Promise<Daemon> {
    const { daemon, serving } = await this.begin();
    await serving;
    return daemon;
  }

  /**
   * A daemon that begins to serve: `serving` resolves when it does. `before`: what it is asked for
   * first.
   */
  async begin(
    before: (daemon: Daemon) => void = () => {},
  ): Promise<{ readonly daemon: Daemon; readonly serving: Promise<void> }> {
    const written = await readWritten(this.configFile);
    if ("problems" in written) throw new Error(JSON.stringify(written.problems));
    const daemon = new Daemon(written, this.#parts());
    before(daemon);
    const serving = daemon.serve(this.#interfaces()).then((outcome) => {
      if (outcome !== "serving") throw new Error(`does not serve: ${JSON.stringify(outcome)}`);
    });
    return { daemon, serving };
  }

  #parts(): DaemonParts {
    const journal = new Journal((event) => this.events.push(event), wallClock);
    return {
      doors: {
        now,
        wallClock,
        openAlarm,
        ip: this.#ip(),
        ipvsadm: this.kernel,
        ...this.#kernelDoors(),
        ...this.#wireDoors(),
        resolve: this.#resolve,
        runCheck: this.#runs,
        runner: false,
        runCommand: async ({ args: [of = ""] }) => {
          const printed = this.loads.get(of);
          if (printed === undefined)
            return { kind: "not-started", why: new Error("no programs here") };
          const said = { output: Buffer.from(printed), complaint: Buffer.alloc(0) };
          return { kind: "ended", status: 0, killedBy: null, ...said };
        },
        runDir: join(this.#directory, "run"),
        stateDir: join(this.#directory, "state"),
      },
      journal,
      role: null,
      fileProblems: null,
      announceStatus: () => {},
      imageRefused: () => null,
      restart: () => {},
    };
  }

  readonly #resolve: Resolve = async (host) => ({
    families: [
      { family: 4, addresses: (this.names.get(host) ?? null) as readonly IpAddress[] | null },
      { family: 6, addresses: [] },
    ],
    ttl: ms(1000),
    trouble: this.names.has(host) ? null : "no answer",
  });

  readonly #runCheck: RunCheck = async (_check, { address, port }) =>
    this.dead.has(`${address}:${port}`)
      ? { kind: "failed", reason: "unreachable", why: "refused", took: ms(1) }
      : { kind: "passed", took: ms(1) };

  #interfaces(): readonly Interface[] {
    const own = parsePrefix(`${this.own}/24`);
    if (own === null) throw new Error(this.own);
    const form = { label: "eth0", tentative: false, expires: false };
    return [
      {
        name: "eth0",
        index: 2,
        mac: "02:00:00:00:00:02",
        up: true,
        carrier: true,
        operstate: "UP",
        addresses: [
          { ...form, prefix: own, source: true },
          ...[...this.vips.values()].map(({ prefix }) => ({ ...form, prefix, source: false })),
        ],
      },
    ];
  }

  #ip(): Ip {
    const outcome = (vips: readonly FloatingAddress[]) => {
      const held = vips.filter(({ prefix }) => this.vips.has(printPrefix(prefix)));
      const missing = vips.filter((vip) => !held.includes(vip));
      const kind =
        missing.length === 0 ? "all-held" : held.length === 0 ? "none-held" : "partly-held";
      return { kind, held, missing, reasons: [] } as const;
    };
    const remove = async (vips: readonly FloatingAddress[]) => {
      await this.beforeIp("release");
      for (const { prefix } of vips) this.vips.delete(printPrefix(prefix));
      return outcome(vips);
    };
    return {
      readInterfaces: async () => {
        await this.beforeIp("read");
        return this.#interfaces();
      },
      claim: async (vips, onAdded) => {
        await this.beforeIp("claim");
        for (const vip of vips) {
          this.vips.set(printPrefix(vip.prefix), vip);
          this.expiring.delete(printPrefix(vip.prefix));
        }
        await onAdded?.(vips);
        return outcome(vips);
      },
      release: remove,
      remove,
      expire: async (vips) => {
        await this.beforeIp("expire");
        for (const vip of vips) this.expiring.add(printPrefix(vip.prefix));
        return outcome(vips);
      },
      rehearse: async () => {},
      watch: () => {
        this.watched = true;
        return () => {
          this.watched = false;
        };
      },
      close: async () => {},
    };
  }

  #kernelDoors() {
    const before = new Map<string, string>();
    const left = new Set<string>();
    const { settings } = this;
    const missing = async () => {
      throw new MachineError("no packet filter here");
    };
    const unlisted = async () => {
      throw new MachineError("no ipvsadm here");
    };
    return {
      listings: { start: () => {}, list: unlisted, close: async () => {} },
      sysctl: {
        read: (name: string) => settings.get(name) ?? "0",
        set: (name: string, value: string) => {
          const found = settings.get(name) ?? "0";
          if (found === value) return;
          if (!before.has(name) && !left.has(name)) before.set(name, found);
          settings.set(name, value);
        },
        leave: (name: string) => left.add(name),
        get before() {
          return Object.fromEntries(before);
        },
        remember: (values: Readonly<Record<string, string>>) => {
          for (const [name, value] of Object.entries(values)) before.set(name, value);
        },
        restore: () => {
          for (const [name, value] of before) settings.set(name, value);
          before.clear();
          return [];
        },
      },
      packetFilter: {
        installed: () => false,
        read: async () => null,
        replace: missing,
        judge: missing,
        remove: async () => {},
      },
      syncDaemons: {
        read: async () => [],
        start: async () => {},
        stop: async () => {},
        intake: () => ({ listening: false, waiting: 0, dropped: 0 }),
      },
    };
  }

  #wireDoors() {
    const announced = () => ({ frames: 0, failures: [] });
    const nothing = () => {};
    return {
      readConnections: async () => ({ connections: [], complete: true }),
      syncSender: { send: nothing, close: nothing },
      ownKernel: { send: async () => {}, endLeft: async () => {} },
      synCapture: { begin: nothing, take: () => [], end: nothing, close: nothing },
      announcer: {
        announceAll: announced,
        probeAll: announced,
        rehearse: nothing,
        close: nothing,
      },
      openStrangerWatch: () => ({ watch: nothing, close: nothing }),
      openGatewayProbe: () => ({
        aim: nothing,
        ask: () => [],
        look: () => true,
        close: nothing,
      }),
      openHeartbeatPath: this.#network.open,
    };
  }
}
