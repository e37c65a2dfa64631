/**
 * Compares what the real servers of a virtual server answer to checks with `content`, as the tries
 * end: who differs from the majority is named, and where it is asked fails the check.
 */
import type { Tried } from "../../checks/check.ts";
import { failed } from "../../checks/check-result.ts";
import { type Config, type HttpCheck, type TriedCheck, triedChecks } from "../../config/config.ts";
import { type RealServerKey, realServerKey } from "../../health/health.ts";
import { type Contents, heardContent, majority } from "../../health/signs/agreement.ts";
import type { EventBody } from "../../model/event.ts";

/** Shown of a digest. */
const shownDigits = 12;

const comparedCheck = (check: TriedCheck): HttpCheck | null =>
  (check.type === "http" || check.type === "https") && check.content !== null ? check : null;

export class Agreements {
  readonly #report: (event: EventBody) => void;
  /** By virtual server and question. */
  readonly #contents = new Map<string, Contents>();
  /** Whose difference was reported, by the same and real server. */
  readonly #differing = new Set<string>();

  constructor(report: (event: EventBody) => void) {
    this.#report = report;
  }

  /** Forgets real servers and questions that are no longer tried. */
  configure({ virtualServers }: Config): void {
    const groups = new Map<string, Set<RealServerKey>>();
    for (const { name, active, realServers } of virtualServers)
      for (const { name: real, active: isUsed, check } of realServers)
        for (const each of active && isUsed ? triedChecks(check) : []) {
          const compared = comparedCheck(each);
          if (compared === null) continue;
          const key = realServerKey(name, real);
          const group = groupOf(key, compared);
          groups.set(group, (groups.get(group) ?? new Set()).add(key));
        }
    for (const [group, contents] of this.#contents) {
      const kept = [...contents].filter(([key]) => groups.get(group)?.has(key) === true);
      if (kept.length === 0) this.#contents.delete(group);
      else this.#contents.set(group, new Map(kept));
    }
    for (const named of this.#differing) {
      const [group = "", key = ""] = named.split("\n");
      if (groups.get(group)?.has(key) !== true) this.#differing.delete(named);
    }
  }

  /** From now on nothing is tried here: what was heard grows old. */
  clear(): void {
    this.#contents.clear();
    this.#differing.clear();
  }

  /** What a try of this real server counts as. */
  judge(key: RealServerKey, check: TriedCheck, tried: Tried): Tried {
    const compared = comparedCheck(check);
    if (compared === null) return tried;
    const group = groupOf(key, compared);
    const digest = tried.kind === "passed" ? (tried.content ?? null) : null;
    const contents = heardContent(this.#contents.get(group) ?? new Map(), key, digest);
    this.#contents.set(group, contents);
    const most = majority(contents);
    const differs = (contents.get(key)?.odd ?? 0) > 0 && most !== null;
    const short = (text: string): string => text.slice(0, shownDigits);
    const text = differs
      ? `content ${short(digest ?? "")}, and ${most.of} of ${contents.size} real servers have ${short(most.digest)}`
      : "its content is that of the others again";
    this.#reportDifference(group, key, (contents.get(key)?.odd ?? 0) >= check.fall, digest, text);
    if (!differs || compared.content !== "agree-or-remove") return tried;
    return { ...failed("unexpected", text), took: tried.took };
  }

  #reportDifference(
    group: string,
    key: RealServerKey,
    odd: boolean,
    digest: string | null,
    text: string,
  ): void {
    const name = `${group}\n${key}`;
    const known = this.#differing.has(name);
    // A server that gives no content is down, which is reported by itself.
    if (odd === known || (known && digest === null)) return;
    if (odd) this.#differing.add(name);
    else if (!this.#isOdd(group, key)) this.#differing.delete(name);
    else return;
    this.#report({ event: "check", kind: odd ? "differs" : "agrees", real_server: key, text });
  }

  #isOdd(group: string, key: RealServerKey): boolean {
    return (this.#contents.get(group)?.get(key)?.odd ?? 0) > 0;
  }
}

/** Those that are asked the same for the same virtual server. */
function groupOf(key: RealServerKey, { type, method, path, host, body }: HttpCheck): string {
  const [virtualServer = ""] = key.split("/");
  return JSON.stringify([virtualServer, type, method, path, host, body]);
}
