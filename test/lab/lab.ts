/**
 * The vocabulary of stories: two routers, a client, real servers, and what may befall them.
 */
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClientOptions } from "./actors/client.ts";
import { Client } from "./actors/client.ts";
import { type ConfigObject, type PairOptions, pairConfig } from "./actors/pair-config.ts";
import { RealServer } from "./actors/real-server.ts";
import { Router } from "./actors/router.ts";
import { hurryIntake } from "./guest/kernel-threads.ts";
import { Capture } from "./instruments/capture.ts";
import { now } from "./instruments/clock.ts";
import { Observer } from "./instruments/observer.ts";
import { expect, waitFor } from "./instruments/wait.ts";
import { Yardstick } from "./instruments/yardstick.ts";
import { Network } from "./machine/network.ts";
import { type Addresses, addressesOf, type Topology } from "./machine/topology.ts";

/** One key for both routers: they share the lab's disk, and so their files can be equal. */
export const keyFile = "/run/lab/heartbeat.key";

export interface LabSurroundings {
  readonly project: string;
  /** The only directory that outlives the run. */
  readonly out: string;
  readonly print: (line: string) => void;
}

export class Lab {
  readonly network: Network;
  readonly addresses: Addresses;
  readonly r1: Router;
  readonly r2: Router;
  readonly servers: readonly RealServer[];
  readonly surroundings: LabSurroundings;
  /** Fast enough for stories that are not about time: dead after 400 ms. */
  static readonly brisk: ConfigObject = { interval: "100ms", dead_after: "400ms" };
  /** For stories in which no pause of the lab may be taken for a dead router. */
  static readonly patient: ConfigObject = { interval: "250ms", dead_after: "3s" };
  readonly yardstick: Yardstick;
  readonly #capture: Capture;
  readonly #ends: (() => Promise<void>)[] = [];
  readonly #began = now();

  private constructor(
    network: Network,
    surroundings: LabSurroundings,
    yardstick: Yardstick,
    capture: Capture,
  ) {
    this.network = network;
    this.surroundings = surroundings;
    this.addresses = addressesOf(network.topology);
    this.r1 = new Router(network, "r1", surroundings.project);
    this.r2 = new Router(network, "r2", surroundings.project);
    this.servers = this.addresses.realServers.map((_, index) => new RealServer(`rs${index + 1}`));
    this.yardstick = yardstick;
    this.#capture = capture;
  }

  static async build(topology: Topology, surroundings: LabSurroundings): Promise<Lab> {
    const network = await Network.build(topology);
    const [yardstick, capture] = await Promise.all([Yardstick.start(), Capture.start()]);
    return new Lab(network, surroundings, yardstick, capture);
  }

  get routers(): readonly [Router, Router] {
    return [this.r1, this.r2];
  }

  /** Wall-clock time of an instant of the lab's clock, as logs have it. */
  wallClock(instant: number): string {
    return new Date(Date.now() - (now() - instant)).toISOString().slice(11, 23);
  }

  /** Tells what happens, with the time since the lab was built. */
  say(text: string): void {
    const at = ((now() - this.#began) / 1000).toFixed(2).padStart(6);
    for (const line of text.split("\n")) this.surroundings.print(`${at} s  ${line}`);
  }

  /** Monotonic ms; comparable with what client and observer report. */
  now(): number {
    return now();
  }

  /**
   * Watches for `forMs`, a minute at a time, how often each of `counts` goes up. Where the whole lab
   * stood still for longer than `stillMaxMs` (its processor was taken away) and something happened,
   * that minute says nothing about the routers: it is watched again, at most twice.
   */
  async counts(
    forMs: number,
    stillMaxMs: number,
    counts: () => number[] | Promise<number[]>,
  ): Promise<number[]> {
    let counted = (await counts()).map(() => 0);
    let again = 0;
    for (let left = forMs; left > 0; ) {
      const span = Math.min(left, 60_000);
      const before = await counts();
      const began = now();
      await sleep(span);
      const still = await this.stoodStill(began);
      const more = (await counts()).map((count, index) => count - (before[index] ?? 0));
      if (more.some((count) => count > 0) && still > stillMaxMs && again < 2) {
        again += 1;
        this.say(`the lab stood still for ${still.toFixed(0)} ms: this minute is watched again`);
        continue;
      }
      counted = counted.map((count, index) => count + (more[index] ?? 0));
      left -= span;
    }
    return counted;
  }

  /** How often the daemons of both routers have changed their state so far. */
  changesOfState(): number {
    return this.routers
      .flatMap((router) => router.events())
      .filter((event) => event.event === "state" && event.kind === "changed").length;
  }

  /**
   * The longest time in ms since an instant in which not even the most urgent program ran: the
   * machine outside may take the lab's processor away, and then what fails says nothing.
   */
  async stoodStill(since: number): Promise<number> {
    return (await this.yardstick.pace(since, now())).stillMs;
  }

  /** Lets the story go on: the one place where time itself is the condition. */
  async elapse(forMs: number): Promise<void> {
    await sleep(forMs);
  }

  /** Watches for `forMs` that something holds all the time: what must not happen takes time. */
  async stays(
    forMs: number,
    what: string,
    holds: () => boolean | Promise<boolean>,
    everyMs = 20,
  ): Promise<void> {
    for (const until = now() + forMs; now() < until; await sleep(everyMs))
      expect(await holds(), `${what}, for ${forMs} ms`);
  }

  server(name: string): RealServer {
    const found = this.servers.find((server) => server.name === name);
    if (found === undefined) throw new Error(`no real server ${name}`);
    return found;
  }

  startServers(): Promise<unknown> {
    return Promise.all(this.servers.map((server) => server.start()));
  }

  /** The same, listening on these ports. */
  async startServersOn(ports: readonly number[]): Promise<void> {
    for (const server of this.servers) await server.start(ports);
  }

  /** Writes the pair's configuration and a new key; starts nothing. */
  configurePair(options: PairOptions = {}): void {
    writeFileSync(keyFile, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
    this.rewrite(options);
  }

  /** Writes another configuration to both routers, byte by byte the same, with the key they have. */
  rewrite(options: PairOptions): void {
    const config = pairConfig(this.network.topology, keyFile, options);
    for (const router of this.routers) router.configure(config);
  }

  /** Real servers, configuration, both daemons; returns when r1 is active and whole. */
  async startPair(options: PairOptions = {}): Promise<void> {
    await this.startServers();
    this.configurePair(options);
    await Promise.all([this.r1.start(), this.r2.start()]);
    const named = (options.web as { real_servers?: object } | undefined)?.real_servers;
    // What is named besides the lab's own real servers is for the scenario to judge.
    const all = this.servers.length;
    await this.settled(20_000, Math.min(all, Object.keys(named ?? this.servers).length));
    this.say("r1 is active, r2 is standby, the table is whole on both");
  }

  /** Until r1 is active, r2 standby, both see each other and have the whole table up. */
  async settled(withinMs = 20_000, realServers = this.servers.length): Promise<void> {
    const whole = (router: Router): boolean =>
      router.table().some((service) => service.destinations.length === realServers);
    await this.r1.sees("r1 is active and hears r2", withinMs, (status) => {
      return status.state === "active" && status.peer?.alive === true;
    });
    await this.r2.sees("r2 is standby and hears r1", withinMs, (status) => {
      return status.state === "standby" && status.peer?.alive === true;
    });
    await waitFor("both tables hold all real servers", withinMs, () => this.routers.every(whole));
    hurryIntake();
  }

  /** A client that is being served: every 10 ms a new connection to the VIP. */
  async startClient(options: Partial<ClientOptions> = {}): Promise<Client> {
    const client = await Client.start("client", { address: this.addresses.vip, ...options });
    this.#ends.push(() => client.kill());
    await this.served(client);
    client.mark();
    return client;
  }

  /** Waits until the client has been served for 400 ms from now on without a failure. */
  async served(client: Client, withinMs = 15_000): Promise<void> {
    const windowMs = 400;
    const begun = now();
    await waitFor(
      "the client is served without failures",
      withinMs,
      async () =>
        now() - begun > windowMs && (await client.served(windowMs)) > 40 / client.intervalMs,
      50,
    );
  }

  async startObserver(): Promise<Observer> {
    const observer = await Observer.start(this.network);
    this.#ends.push(() => observer.kill());
    return observer;
  }

  /** From now on only what the routers themselves say is captured: a flood is not worth a disk. */
  async captureOnlyRouters(): Promise<void> {
    const links = this.routers.flatMap(({ name }) => this.network.place(name).links);
    await this.#capture.narrow(links.map(({ mac }) => mac));
  }

  /** Until what was captured can be read. */
  captured(): Promise<void> {
    return this.#capture.settle();
  }

  /** Something that must be ended with the lab. */
  endWith(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  /** The router that holds the VIP in its kernel. Throws unless there is exactly one. */
  holder(vip = this.addresses.vip): Router {
    const holders = this.holders(vip);
    if (holders.length !== 1 || holders[0] === undefined)
      throw new Error(`${holders.length} routers hold ${vip}`);
    return holders[0];
  }

  holders(vip = this.addresses.vip): Router[] {
    return this.routers.filter((router) => router.holds(vip));
  }

  other(router: Router): Router {
    return router === this.r1 ? this.r2 : this.r1;
  }

  /** Copies logs, tables, states and the capture to `directory`, for whoever looks into a failure. */
  async leaveEvidence(directory: string): Promise<void> {
    mkdirSync(directory, { recursive: true });
    // Evidence is what there is.
    await this.#capture.settle().catch(() => {});
    await this.#capture.stop();
    this.#capture.copyTo(directory);
    for (const router of this.routers) {
      const place = `${directory}/${router.name}`;
      const status = await router.status().catch((error: unknown) => ({ none: String(error) }));
      if (router.powered) {
        const seen = [];
        for (const words of [
          ["ipvsadm", "-Sn"],
          ["ip", "addr"],
          ["ip", "neigh"],
          ["ip", "route"],
        ])
          seen.push(words.join(" "), await router.output(...words).catch(String));
        mkdirSync(place, { recursive: true });
        writeFileSync(`${place}/kernel.txt`, seen.join("\n"));
      }
      if (existsSync(router.directory))
        cpSync(router.directory, place, {
          recursive: true,
          filter: (file) => !/notify$|\.sock$|heartbeat\.key$|real-\w+$/.test(file),
        });
      writeFileSync(`${place}/status.json`, JSON.stringify(status, null, 2));
    }
  }

  async destroy(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
    for (const server of this.servers) await server.kill();
    await Promise.all(this.routers.map((router) => router.dispose()));
    await this.#capture.stop();
    await this.yardstick.kill();
    await this.network.destroy();
  }
}
