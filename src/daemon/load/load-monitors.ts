/**
 * The load monitors of all real servers: who is asked when, and what the answers make of weights.
 *
 * The router that checks asks; the other one hears the weights from it (weight-fact.ts). A monitor
 * without an answer leaves the weight as it was, and says so once; it never takes a server out.
 */
import { isDeepStrictEqual } from "node:util";
import pLimit from "p-limit";
import { contained } from "../../checks/containment.ts";
import type { Config, RealServer } from "../../config/config.ts";
import type { LoadMonitor } from "../../config/schema/load-monitor.ts";
import type { LoadStatus } from "../../control/bodies/load.ts";
import { type RealServerKey, realServerKey } from "../../health/health.ts";
import type { Load } from "../../health/load/load.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import { type Answer, type Askers, askLoad } from "./load-questions.ts";

export interface LoadMonitorsParts extends Omit<Askers, "rwho"> {
  readonly rwho: Askers["rwho"] & { open(): void; close(): void };
  /** What is known of a server's load. */
  readonly known: (key: RealServerKey) => Load;
  readonly loaded: (key: RealServerKey, load: Load) => void;
  readonly report: (event: EventBody) => void;
}

interface Watched {
  readonly key: RealServerKey;
  readonly monitor: LoadMonitor;
  readonly realServer: RealServer;
  value: number | null;
  trouble: string | null;
  timer: NodeJS.Timeout | undefined;
  stop: AbortController;
}

/** Questions under way at once: a load is in no hurry. */
const atOnceMax = 64;
/** First questions begin one after another, all of them within this time, in ms. */
const firstWithin = 1000;

export class LoadMonitors {
  readonly #parts: LoadMonitorsParts;
  readonly #limit = pLimit(atOnceMax);
  #watched = new Map<RealServerKey, Watched>();
  #asking = true;

  constructor(parts: LoadMonitorsParts) {
    this.#parts = parts;
  }

  /** Takes over a configuration whose real servers have their nannies; what stays is asked on. */
  configure(config: Config): void {
    const before = this.#watched;
    this.#watched = new Map();
    const fresh: Watched[] = [];
    for (const { name, active, loadMonitor, realServers } of config.virtualServers) {
      if (!active || loadMonitor === "none") continue;
      for (const realServer of realServers.filter((each) => each.active)) {
        const key = realServerKey(name, realServer.name);
        const known = before.get(key);
        if (known !== undefined && isSame(known, loadMonitor, realServer)) {
          this.#watched.set(key, known);
          before.delete(key);
          continue;
        }
        const watched: Watched = {
          key,
          monitor: loadMonitor,
          realServer,
          stop: new AbortController(),
          value: null,
          trouble: null,
          timer: undefined,
        };
        this.#watched.set(key, watched);
        fresh.push(watched);
      }
    }
    for (const watched of before.values()) halt(watched);
    const listens = [...this.#watched.values()].some(({ monitor }) => monitor.type === "ruptime");
    if (listens) this.#parts.rwho.open();
    else this.#parts.rwho.close();
    if (this.#asking) this.#begin(fresh);
  }

  /** Off: the peer asks, and what it says is used. */
  setAsking(on: boolean): void {
    if (on === this.#asking) return;
    this.#asking = on;
    const all = [...this.#watched.values()];
    for (const watched of all) halt(watched);
    if (on) this.#begin(all);
  }

  /** What `lvsd status` says of a real server's load; null: it has no load monitor. */
  status(key: RealServerKey): LoadStatus | null {
    const watched = this.#watched.get(key);
    if (watched === undefined) return null;
    const { monitor, value, trouble } = watched;
    const { factor } = this.#parts.known(key);
    return { monitor: monitor.type, value, factor, last_error: trouble };
  }

  close(): void {
    for (const watched of this.#watched.values()) halt(watched);
    this.#watched.clear();
    this.#parts.rwho.close();
  }

  #begin(all: readonly Watched[]): void {
    for (const [at, watched] of all.entries()) {
      watched.stop = new AbortController();
      watched.timer = setTimeout(() => this.#turn(watched), (firstWithin * at) / all.length);
    }
  }

  #turn(watched: Watched): void {
    const { stop, monitor } = watched;
    void this.#limit(async () => {
      if (stop.signal.aborted) return;
      const answer = await this.#ask(watched, stop.signal);
      if (stop.signal.aborted) return;
      this.#take(watched, answer);
      watched.timer = setTimeout(() => this.#turn(watched), monitor.interval);
    });
  }

  /** Never throws. */
  async #ask(
    { key, monitor, realServer }: Watched,
    signal: AbortSignal,
  ): Promise<Answer | { readonly trouble: string }> {
    const question = { monitor, realServer, signal, before: this.#parts.known(key) };
    try {
      return await contained(`load monitor ${monitor.type}`, () => askLoad(question, this.#parts));
    } catch (thrown) {
      return { trouble: messageOf(thrown) };
    }
  }

  #take(watched: Watched, answer: Answer | { readonly trouble: string }): void {
    const { key, monitor } = watched;
    if ("trouble" in answer) {
      // Once for each trouble: it may last for days.
      if (watched.trouble === null)
        this.#parts.report({
          event: "load",
          kind: "unknown",
          real_server: key,
          monitor: monitor.type,
          text: answer.trouble,
        });
      watched.trouble = answer.trouble;
      return;
    }
    if (watched.trouble !== null)
      this.#parts.report({
        event: "load",
        kind: "known",
        real_server: key,
        monitor: monitor.type,
      });
    watched.trouble = null;
    watched.value = answer.value;
    this.#parts.loaded(key, answer.load);
  }
}

const isSame = (known: Watched, monitor: LoadMonitor, { address, port }: RealServer): boolean =>
  isDeepStrictEqual(known.monitor, monitor) &&
  known.realServer.address === address &&
  known.realServer.port === port;

function halt(watched: Watched): void {
  clearTimeout(watched.timer);
  watched.stop.abort();
}
