/**
 * Host names of real servers: asked for in the background, kept on disk, the same on both routers.
 *
 * The active router says its addresses with the heartbeats, and the standby uses them. It asks too,
 * and goes by its own answers once it has been active for as long as one holds. Nothing waits for
 * an answer: a configuration is taken over with the addresses that are known at that moment.
 */
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { hostsOf, withAddresses } from "../../config/servers/named-servers.ts";
import type { NameStatus, Status } from "../../control/api.ts";
import { heardMessage, type Router } from "../../failover/router.ts";
import { type Fact, factKinds } from "../../health/facts.ts";
import { addressFact, addressFactKey, readAddressFact } from "../../health/names/address-fact.ts";
import {
  answered,
  type KeptName,
  learned,
  type Name,
  sameAddresses,
  startName,
} from "../../health/names/name.ts";
import type { HostName, IpAddress } from "../../model/address.ts";
import { addMs, between, type Instant, type Ms, ms } from "../../model/time.ts";
import type { Running } from "../config/running.ts";
import type { Part, PartContext } from "../part.ts";
import { waitAtMost } from "../wait-at-most.ts";
import { NamesFile } from "./names-file.ts";

export interface NamesPartNeeds {
  /** Names stand for other addresses: carries that out. */
  readonly changed: () => Promise<void>;
  /** What the peer is to hear has changed. */
  readonly learned: () => void;
}

/** How often it is looked which names are due. */
const lookEvery = ms(250);
/** How old an answer is must be on the disk, too; a new one every second need not. */
const filedEvery: Ms = ms(600_000);
/** A disk that hangs must not hold up the end. */
const writingMax: Ms = ms(1000);

export class NamesPart implements Part {
  readonly #context: PartContext;
  readonly #needs: NamesPartNeeds;
  readonly #file: NamesFile;
  readonly #names = new Map<HostName, Name>();
  readonly #byKey = new Map<number, HostName>();
  readonly #underWay = new Set<HostName>();
  /** What the disk has; names that are not configured any more leave it with the next change. */
  readonly #kept: ReadonlyMap<HostName, KeptName>;
  #filedAt: Instant | null = null;
  #under: { readonly written: Config; readonly answers: string; readonly config: Config } | null =
    null;
  #relies = false;
  #closed = false;
  #looking: NodeJS.Timeout | undefined;

  constructor(context: PartContext, needs: NamesPartNeeds) {
    this.#context = context;
    this.#needs = needs;
    const { stateDir, report } = context.doors;
    this.#file = new NamesFile(join(stateDir, "names.json"), (text) =>
      report({ event: "machine", kind: "failed", text }),
    );
    this.#kept = new Map(
      Array.from(this.#file.read(), ([host, { addresses, answered }]) => [
        host,
        { addresses, answeredAt: answered === null ? null : this.#instantOf(answered) },
      ]),
    );
  }

  /** `running` with the real servers that its names stand for now. */
  under(running: Running): Running {
    const hosts = hostsOf(running.config);
    if (hosts.length === 0) return running;
    const known = new Map(hosts.map((host) => [host, this.#addresses(host)]));
    const answers = JSON.stringify([...known]);
    if (this.#under?.written !== running.config || this.#under.answers !== answers)
      this.#under = {
        written: running.config,
        answers,
        config: withAddresses(running.config, known),
      };
    return { ...running, config: this.#under.config };
  }

  configure({ config }: Running): void {
    const hosts = new Set(hostsOf(config));
    for (const host of this.#names.keys()) if (!hosts.has(host)) this.#names.delete(host);
    const now = this.#context.doors.now();
    for (const host of hosts)
      if (!this.#names.has(host))
        this.#names.set(host, startName(this.#kept.get(host) ?? null, now));
    this.#byKey.clear();
    for (const host of hosts) this.#byKey.set(addressFactKey(host), host);
    clearInterval(this.#looking);
    if (hosts.size > 0) this.#looking = setInterval(() => this.#look(), lookEvery);
    if (hosts.size > 0) this.#look();
  }

  stepped(router: Router): void {
    this.#relies = router.state !== "active" && heardMessage(router)?.state === "active";
  }

  status(): Pick<Status, "names"> {
    return { names: [...this.#names.keys()].map((host) => this.statusOf(host)) };
  }

  /** What is known of a name, which need not be configured yet. */
  statusOf(host: HostName): NameStatus {
    const now = this.#context.doors.now();
    const name = this.#names.get(host) ?? startName(this.#kept.get(host) ?? null, now);
    const { addresses, source, trouble, answeredAt } = name;
    const answered = answeredAt === null ? null : new Date(this.#wallMsOf(answeredAt));
    return {
      name: host,
      addresses,
      source,
      answered: answered?.toISOString() ?? null,
      last_error: trouble,
    };
  }

  /** Why no real server comes of a name. */
  whyNot(host: HostName): string {
    const { addresses = [], trouble = null } = this.#names.get(host) ?? {};
    if (addresses.length > 0)
      return `${host} is ${addresses.join(", ")}: nothing that can serve here`;
    return trouble === null ? `${host} is being resolved` : `${host} is not resolved: ${trouble}`;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#looking);
    if (this.#filedAt !== null) this.#fileNames();
    await waitAtMost(this.#file.written(), writingMax);
  }

  /** What the peer is to know. */
  facts(): readonly Fact[] {
    return [...this.#names].flatMap(([host, { addresses }]) =>
      addresses.length === 0 ? [] : [addressFact(host, addresses)],
    );
  }

  /** The active router says a fact. */
  heard({ kind, key, body }: Fact): void {
    const host = kind === factKinds.addresses ? this.#byKey.get(key) : undefined;
    const addresses = host === undefined ? null : readAddressFact(body);
    const name = host === undefined ? undefined : this.#names.get(host);
    if (host === undefined || addresses === null || name === undefined || !this.#relies) return;
    this.#take(host, name, learned(name, addresses, this.#context.doors.now()));
  }

  #addresses(host: HostName): readonly IpAddress[] {
    return (this.#names.get(host) ?? this.#kept.get(host))?.addresses ?? [];
  }

  #instantOf(wallMs: number): Instant {
    const { now, wallClock } = this.#context.doors;
    // A clock that went back makes no answer of the future.
    return addMs(now(), ms(Math.min(0, wallMs - Date.parse(wallClock()))));
  }

  #wallMsOf(at: Instant): number {
    const { now, wallClock } = this.#context.doors;
    return Date.parse(wallClock()) - between(at, now());
  }

  #fileNames(): void {
    this.#filedAt = this.#context.doors.now();
    const filed = Array.from(this.#names, ([host, { addresses, answeredAt }]) => {
      const answered = answeredAt === null ? null : this.#wallMsOf(answeredAt);
      return [host, { addresses, answered }] as const;
    });
    this.#file.write(new Map(filed));
  }

  #look(): void {
    const now = this.#context.doors.now();
    for (const [host, { askAt }] of this.#names)
      if (between(askAt, now) >= 0 && !this.#underWay.has(host)) void this.#ask(host);
  }

  /** Never throws: a resolver gives its troubles as an answer. */
  async #ask(host: HostName): Promise<void> {
    this.#underWay.add(host);
    const answer = await this.#context.doors.resolve(host);
    this.#underWay.delete(host);
    const name = this.#names.get(host);
    if (name === undefined || this.#closed) return;
    const { now, report } = this.#context.doors;
    const next = answered(name, answer, this.#relies, now());
    // Once for each time without answers: it may last for days.
    if (next.trouble !== null && name.trouble === null)
      report({ event: "name", kind: "failed", name: host, text: next.trouble });
    this.#take(host, name, next);
  }

  #take(host: HostName, before: Name, after: Name): void {
    this.#names.set(host, after);
    const { now } = this.#context.doors;
    if (sameAddresses(before, after)) {
      const isOld = this.#filedAt === null || between(this.#filedAt, now()) >= filedEvery;
      if (after.answeredAt !== before.answeredAt && isOld) this.#fileNames();
      return;
    }
    const { addresses, source } = after;
    this.#context.doors.report({
      event: "name",
      kind: "addresses",
      name: host,
      addresses: [...addresses],
      source,
    });
    this.#fileNames();
    this.#needs.learned();
    void this.#needs.changed();
  }
}
