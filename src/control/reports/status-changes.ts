/**
 * The status as a difference: what changed since a status that the asker has, virtual servers and
 * real servers each by itself. Both ends: the daemon's ledger of when what changed, and the asker's
 * way from one status to the next. Pure.
 */
import type { RealServerStatus, Status, VirtualServerStatus } from "../api.ts";

/** Body of `GET /v1/status/changes`. */
export interface StatusChanges {
  /** Identifies the status that the asker has now: what it gives as `since` next. */
  readonly mark: string;
  /** Nothing that the asker has counts any more. */
  readonly whole: boolean;
  /** What is no list of servers, as it is now. */
  readonly status: Omit<Status, "virtual_servers">;
  /** The names of all virtual servers in their order; null: they are as before. */
  readonly names: readonly string[] | null;
  readonly virtual_servers: readonly VirtualServerChange[];
  readonly real_servers: readonly RealServerChange[];
}

/** A virtual server of which something but its real servers changed. */
export type VirtualServerChange = Omit<VirtualServerStatus, "real_servers"> & {
  /** The names of its real servers in their order; null: they are as before. */
  readonly names: readonly string[] | null;
};

export interface RealServerChange extends RealServerStatus {
  readonly virtual_server: string;
}

/**
 * When each virtual server and real server was last seen to change, by numbers that count looks.
 */
export class StatusLedger {
  readonly #of: string;
  #look = 0;
  readonly #servers = new Map<string, KeptServer>();
  #names: readonly string[] = [];
  #namesAt = 0;
  #rest: StatusChanges["status"] | null = null;

  /** `of`: whose ledger it is; a mark of another one is none of its own. */
  constructor(of: string) {
    this.#of = of;
  }

  /** Takes what the status is now; `pace` is awaited between two pieces of the work. */
  async take(status: Status, pace: Pace): Promise<void> {
    // Known to askers when it is over: until then it has changes that they have not seen.
    const look = this.#look + 1;
    const { virtual_servers: servers, ...rest } = status;
    const names = servers.map(({ name }) => name);
    if (!sameTexts(names, this.#names)) [this.#names, this.#namesAt] = [names, look];
    for (const server of servers) {
      const kept = this.#servers.get(server.name) ?? new KeptServer();
      this.#servers.set(server.name, kept);
      await kept.take(server, look, pace);
    }
    const present = new Set(names);
    for (const name of this.#servers.keys()) if (!present.has(name)) this.#servers.delete(name);
    this.#rest = rest;
    this.#look = look;
  }

  /** What changed since the status with this mark; all of it where that is not known. */
  async since(mark: string | null, pace: Pace): Promise<StatusChanges> {
    const rest = this.#rest;
    if (rest === null) throw new RangeError("nothing was taken yet");
    const look = this.#look;
    const known = this.#lookOf(mark);
    const from = known ?? -1;
    const [virtuals, reals]: [VirtualServerChange[], RealServerChange[]] = [[], []];
    const names = this.#names;
    const namesAt = this.#namesAt;
    for (const name of names) {
      const kept = this.#servers.get(name);
      kept?.since(from, virtuals, reals);
      const wait = pace(1);
      if (wait !== undefined) await wait;
    }
    return {
      mark: `${this.#of}.${look}`,
      whole: known === null,
      status: rest,
      names: namesAt > from ? names : null,
      virtual_servers: virtuals,
      real_servers: reals,
    };
  }

  #lookOf(mark: string | null): number | null {
    const [of, look = ""] = (mark ?? "").split(".");
    const number = /^\d{1,15}$/.test(look) ? Number(look) : Number.NaN;
    return of === this.#of && number <= this.#look ? number : null;
  }
}

/**
 * What a daemon answers. Looks are made when somebody asks, one at a time, and shared: whoever asks
 * while one is under way has a part in the next one, so that no request gets what was before.
 */
export class SharedLooks {
  readonly #ledger: StatusLedger;
  readonly #status: () => Promise<Status>;
  readonly #pace: () => Pace;
  #under: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  /** `of`: as of StatusLedger; `pace`: makes what is awaited between pieces of one work. */
  constructor(of: string, status: () => Promise<Status>, pace: () => Pace) {
    this.#ledger = new StatusLedger(of);
    this.#status = status;
    this.#pace = pace;
  }

  async since(mark: string | null): Promise<StatusChanges> {
    this.#next ??= this.#lookAfter(this.#under);
    await this.#next;
    return this.#ledger.since(mark, this.#pace());
  }

  async #lookAfter(before: Promise<void> | null): Promise<void> {
    await before?.catch(() => {});
    this.#under = this.#next;
    this.#next = null;
    await this.#ledger.take(await this.#status(), this.#pace());
  }
}

/** Awaited after so many real servers were looked at. */
export type Pace = (realServers: number) => Promise<void> | undefined;

type Own = Omit<VirtualServerStatus, "real_servers">;

class KeptServer {
  #own: Own | null = null;
  #ownAt = 0;
  #names: readonly string[] = [];
  #namesAt = 0;
  readonly #reals = new Map<string, { status: RealServerStatus; at: number }>();

  async take(server: VirtualServerStatus, look: number, pace: Pace): Promise<void> {
    const { real_servers: reals, ...own } = server;
    const isNew = this.#own === null;
    if (isNew || !same(own, this.#own)) [this.#own, this.#ownAt] = [own, look];
    const names = reals.map(({ name }) => name);
    if (isNew || !sameTexts(names, this.#names)) {
      this.#names = names;
      this.#namesAt = look;
      this.#ownAt = look;
      const present = new Set(names);
      for (const name of this.#reals.keys()) if (!present.has(name)) this.#reals.delete(name);
    }
    for (const status of reals) {
      const kept = this.#reals.get(status.name);
      if (kept === undefined || !same(kept.status, status))
        this.#reals.set(status.name, { status, at: look });
      const wait = pace(1);
      if (wait !== undefined) await wait;
    }
  }

  since(from: number, virtuals: VirtualServerChange[], reals: RealServerChange[]): void {
    if (this.#own === null) return;
    if (this.#ownAt > from)
      virtuals.push({ ...this.#own, names: this.#namesAt > from ? this.#names : null });
    for (const { status, at } of this.#reals.values())
      if (at > from) reals.push({ virtual_server: this.#own.name, ...status });
  }
}

/** Of plain values as JSON has them. */
function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return false;
  const keys = Object.keys(one);
  const others = Object.keys(other);
  return (
    keys.length === others.length &&
    keys.every(
      (key) =>
        Object.hasOwn(other, key) &&
        same((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
    )
  );
}

const sameTexts = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, at) => text === other[at]);

/** The status after these changes; null: they are about a status that the asker does not have. */
export function withChanges(before: Status | null, changes: StatusChanges): Status | null {
  if (before === null && !changes.whole) return null;
  const known = new Map(
    changes.whole ? [] : before?.virtual_servers.map((server) => [server.name, server]),
  );
  const own = new Map(changes.virtual_servers.map((change) => [change.name, change]));
  const reals = new Map<string, RealServerStatus[]>();
  for (const { virtual_server: server, ...real } of changes.real_servers) {
    const changed = reals.get(server);
    if (changed === undefined) reals.set(server, [real]);
    else changed.push(real);
  }
  const names = changes.names ?? before?.virtual_servers.map(({ name }) => name) ?? [];
  const servers = names.flatMap((name) =>
    serverAfter(known.get(name), own.get(name), reals.get(name)),
  );
  return { ...changes.status, virtual_servers: servers };
}

/** One that did not change stays the very same object. */
function serverAfter(
  before: VirtualServerStatus | undefined,
  own: VirtualServerChange | undefined,
  changed: readonly RealServerStatus[] = [],
): readonly VirtualServerStatus[] {
  if (own === undefined && changed.length === 0) return before === undefined ? [] : [before];
  const { names = null, ...rest } = own ?? { names: null };
  const known = new Map(before?.real_servers.map((real) => [real.name, real]));
  for (const real of changed) known.set(real.name, real);
  const order = names ?? before?.real_servers.map(({ name }) => name) ?? [];
  const reals = order.flatMap((name) => known.get(name) ?? []);
  // Without one before, the change has every field.
  return [{ ...(before as VirtualServerStatus), ...rest, real_servers: reals }];
}
