/**
 * The BFD sessions that checks of `type: bfd` ask about: they go on whether this router checks or
 * not, and a session that stands otherwise starts the checks of its real servers at once.
 */
import type { BfdSettings } from "../../checks/bfd/bfd-end.ts";
import { type BfdSessions, bfdName } from "../../checks/bfd/bfd-sessions.ts";
import { settingsOf } from "../../checks/clients/bfd.ts";
import { targetOf } from "../../checks/target.ts";
import { type Config, triedChecks } from "../../config/config.ts";
import { type RealServerKey, realServerKey } from "../../health/health.ts";
import type { EventBody } from "../../model/event.ts";
import type { Hurried } from "../health/probe.ts";

export interface BfdWatchParts {
  readonly sessions: Pick<BfdSessions, "hold">;
  readonly hurry: (key: RealServerKey) => Promise<Hurried>;
  readonly report: (event: EventBody) => void;
}

interface Watched {
  readonly settings: BfdSettings;
  readonly keys: RealServerKey[];
}

export class BfdWatch {
  readonly #parts: BfdWatchParts;
  #watched = new Map<string, Watched>();

  constructor(parts: BfdWatchParts) {
    this.#parts = parts;
  }

  configure({ virtualServers }: Config): void {
    this.#watched = new Map();
    for (const { name, active, realServers } of virtualServers)
      for (const realServer of active ? realServers.filter((each) => each.active) : [])
        for (const check of triedChecks(realServer.check)) {
          if (check.type !== "bfd") continue;
          const settings = settingsOf(check, targetOf(check, realServer));
          const key = realServerKey(name, realServer.name);
          const known = this.#watched.get(bfdName(settings));
          if (known === undefined) this.#watched.set(bfdName(settings), { settings, keys: [key] });
          else known.keys.push(key);
        }
    const all = Array.from(this.#watched.values(), ({ settings }) => settings);
    this.#parts.sessions.hold(all, (name, standing, why) =>
      this.#changed(name, standing === "up" ? "the session is up" : why),
    );
  }

  #changed(name: string, how: string): void {
    const { report, hurry } = this.#parts;
    const { settings, keys = [] } = this.#watched.get(name) ?? {};
    const [real_server] = keys;
    if (settings === undefined || real_server === undefined) return;
    const text = `bfd ${settings.address}: ${how}`;
    report({ event: "check", kind: "session", real_server, text });
    for (const key of keys) void hurry(key);
  }
}
