/**
 * What the console knows of the routers. It asks the daemon once for all its browsers: often while
 * somebody looks, seldom otherwise, and never for more than a small part of the daemon's time.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { RatesReport, Status } from "../../control/api.ts";
import { type ControlClient, UnknownRequest } from "../../control/client.ts";
import type { GraphsReport } from "../../control/reports/graphs.ts";
import { completed } from "../../control/reports/older-status.ts";
import { withChanges } from "../../control/reports/status-changes.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import { eventsMax, type LvsdEvent } from "../../model/event.ts";

/** Between two looks while somebody watches. */
const watchedMs = 1000;
/** Between two looks while nobody does: the banner of a page that is opened then is true. */
const unwatchedMs = 10_000;
/** What happens in this time is looked at once. */
const gatheredMs = 250;
/** A look that took long is followed by a longer pause: 5 % of one processor at most. */
const pauseFactor = 20;
/** A page that is opened looks again unless the last look is younger. */
const freshMs = 900;
/** Graphs have a new value each half minute. */
const graphsMs = 10_000;
/** Before the stream of events is opened again. */
const againMs = 1000;

export interface Watched {
  /** What the daemon said last; null: it has not answered since the console began. */
  readonly status: Status | null;
  /** When it said so, ms since 1970. */
  readonly at: number;
  /** Why it does not answer; null: it does. */
  readonly down: string | null;
  /** What the kernel balances; null: nobody looked lately, or it cannot be read. */
  readonly rates: RatesReport | null;
  /** The last hours of the whole router; null: nobody looked lately, or there are none yet. */
  readonly graphs: GraphsReport | null;
  /** Newest last. */
  readonly events: readonly LvsdEvent[];
}

export interface WatchParts {
  readonly client: Pick<ControlClient, "status" | "statusChanges" | "rates" | "graphs" | "follow">;
  /** ms since 1970. */
  readonly wallMs: () => number;
  /** ms of a clock that only goes forward. */
  readonly now: () => number;
  /** Called after each look, whether anybody watches or not. */
  readonly looked: (watched: Watched) => void;
}

export class Watch {
  readonly #parts: WatchParts;
  readonly #listeners = new Set<() => void>();
  readonly #end = new AbortController();
  #watched: Watched = {
    status: null,
    at: 0,
    down: "it was not asked yet",
    rates: null,
    graphs: null,
    events: [],
  };
  /** What later changes are about, and what the daemon calls it. */
  #known: { readonly status: Status; readonly mark: string } | null = null;
  /** The process that answered last. */
  #started: string | null = null;
  /** What that process has no answer to: each question would count there as bad input. */
  readonly #unknown = new Set<keyof WatchParts["client"]>();
  #shownAt = Number.NEGATIVE_INFINITY;
  /** What was said is older than something that was done since. */
  #outdated = false;
  #graphedAt = Number.NEGATIVE_INFINITY;
  #soon: NodeJS.Timeout | null = null;
  readonly #looks = new Map<"shown" | "unseen", Promise<Watched>>();
  #wake: () => void = () => {};

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  get current(): Watched {
    return this.#watched;
  }

  /** Looks until `stop`; never throws. */
  start(): void {
    void this.#lookOn();
    void this.#followOn();
  }

  stop(): void {
    this.#end.abort();
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#wake();
  }

  /** What the daemon says now, or said less than a second ago. */
  async fresh(): Promise<Watched> {
    if (this.#outdated) {
      this.#outdated = false;
      // A look that is under way may have begun before.
      await Promise.all(this.#looks.values());
      return this.look(true);
    }
    if (this.#parts.now() - this.#shownAt < freshMs) return this.#watched;
    return this.look(true);
  }

  /** Something was done: the next page shows what came of it, however fresh the last look is. */
  outdate(): void {
    this.#outdated = true;
  }

  /**
   * What the daemon says now; several who ask at once get one answer. `shown`: somebody sees it, so
   * the rates are asked for too.
   */
  look(shown: boolean): Promise<Watched> {
    const key = shown ? "shown" : "unseen";
    const under = this.#looks.get(key) ?? this.#ask(shown).finally(() => this.#looks.delete(key));
    this.#looks.set(key, under);
    return under;
  }

  /** Calls `listener` after each look and each event until the returned function is called. */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#wake();
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async #lookOn(): Promise<void> {
    while (!this.#end.signal.aborted) {
      const began = this.#parts.now();
      await this.look(this.#listeners.size > 0);
      const took = this.#parts.now() - began;
      const usual = this.#listeners.size > 0 ? watchedMs : unwatchedMs;
      await this.#pause(Math.max(usual, took * pauseFactor));
    }
  }

  /** Ends early when somebody begins to watch. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#end;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }

  async #ask(shown: boolean): Promise<Watched> {
    try {
      const status = await this.#status();
      const isServing = status.virtual_servers.length > 0;
      const rates = shown && isServing ? await this.#rates() : null;
      const graphs = shown && isServing ? await this.#graphs() : null;
      const at = this.#parts.wallMs();
      this.#now({ ...this.#watched, status, rates, graphs, at, down: null });
    } catch (thrown) {
      this.#now({ ...this.#watched, down: messageOf(thrown) });
    }
    if (shown) this.#shownAt = this.#parts.now();
    this.#parts.looked(this.#watched);
    return this.#watched;
  }

  /** What changed since the last look; all of it from a daemon of a version that knows no changes. */
  async #status(): Promise<Status> {
    const { client } = this.#parts;
    const known = this.#known;
    const changes = await this.#unlessUnknown("statusChanges", () =>
      client.statusChanges(known === null ? {} : { since: known.mark }),
    );
    const changed = changes && withChanges(known?.status ?? null, changes);
    const status = completed(changed ?? (await client.status()));
    this.#known = changes && changed && { status, mark: changes.mark };
    // Another process may be of another version.
    if (this.#started !== null && status.started !== this.#started) this.#unknown.clear();
    this.#started = status.started;
    return status;
  }

  /** Null: the daemon is of a version that has no such request. */
  async #unlessUnknown<Answer>(
    request: keyof WatchParts["client"],
    ask: () => Promise<Answer>,
  ): Promise<Answer | null> {
    if (this.#unknown.has(request)) return null;
    try {
      return await ask();
    } catch (thrown) {
      if (!(thrown instanceof UnknownRequest)) throw thrown;
      this.#unknown.add(request);
      return null;
    }
  }

  #rates(): Promise<RatesReport | null> {
    const { client } = this.#parts;
    return this.#unlessUnknown("rates", () => client.rates()).catch(withoutRates);
  }

  async #graphs(): Promise<GraphsReport | null> {
    const now = this.#parts.now();
    const { graphs } = this.#watched;
    if (graphs !== null && now - this.#graphedAt < graphsMs) return graphs;
    const answer = await this.#unlessUnknown("graphs", () => this.#parts.client.graphs());
    this.#graphedAt = now;
    return answer?.ok === true ? answer : null;
  }

  async #followOn(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      try {
        let first = true;
        for await (const batch of this.#parts.client.follow(signal)) {
          if (first) this.#now({ ...this.#watched, events: batch.slice(-eventsMax) });
          else if (batch.length > 0) {
            const events = [...this.#watched.events, ...batch].slice(-eventsMax);
            this.#now({ ...this.#watched, events });
            // What happened shows in the status too; of much that happens at once, together.
            if (this.#listeners.size > 0) this.#wakeSoon();
          }
          first = false;
        }
      } catch {
        // Whether the daemon is there the next look says.
      }
      // A stream that ended is the first sign that the daemon is gone: a page shows it at once.
      if (!signal.aborted) await this.look(this.#listeners.size > 0);
      await sleep(againMs, undefined, { signal }).catch(() => {});
    }
  }

  #wakeSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      this.#wake();
    }, gatheredMs);
  }

  #now(watched: Watched): void {
    this.#watched = watched;
    for (const listener of this.#listeners) listener();
  }
}

/** A kernel whose rates cannot be read is no daemon that does not answer. */
function withoutRates(thrown: unknown): null {
  if (thrown instanceof MachineError) return null;
  throw thrown;
}
