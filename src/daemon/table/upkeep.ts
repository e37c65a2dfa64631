/**
 * Keeps the objects of a list as they should be: looks at each in its rhythm, counts and reports
 * what somebody else had changed, and remembers what cannot be set.
 */
import { isDeepStrictEqual } from "node:util";
import type { EventBody } from "../../model/event.ts";
import type { Fault } from "../../model/router.ts";
import { addMs, type Instant, type Ms, ms } from "../../model/time.ts";
import type { KeptObject, Look } from "./kept-object.ts";

export interface UpkeepParts {
  readonly report: (event: EventBody) => void;
  readonly now: () => Instant;
  /** `faults()` may answer differently now. */
  readonly faultsChanged: () => void;
}

export interface UpkeepState {
  /** How often something that was right had been changed by somebody else and was put right. */
  readonly repairs: number;
  /** What is not as it should be and cannot be set, with the reason. */
  readonly wrong: readonly string[];
}

/** One timer for all: the shortest rhythm. */
const lookEvery: Ms = ms(1000);

export class Upkeep {
  readonly #parts: UpkeepParts;
  #objects: readonly KeptObject[] = [];
  readonly #dueAt = new Map<string, Instant>();
  readonly #known = new Map<string, Look>();
  #repairs = 0;
  #faults: readonly Fault[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  /** Takes over a list and looks at every object of it; resolves when that is done. */
  configure(objects: readonly KeptObject[]): Promise<void> {
    const before = new Map(this.#objects.map((each) => [each.name, each.wanted]));
    const names = new Map(objects.map((each) => [each.name, each.wanted]));
    // What is to be otherwise from now on has not been changed by somebody else.
    for (const name of this.#known.keys())
      if (!names.has(name) || names.get(name) !== before.get(name)) this.#known.delete(name);
    this.#objects = objects;
    this.#dueAt.clear();
    return this.#look();
  }

  state(): UpkeepState {
    const wrong = Array.from(this.#known, ([name, look]) =>
      look.kind === "wrong" || look.kind === "unread" ? [`${name}: ${look.why}`] : [],
    ).flat();
    return { repairs: this.#repairs, wrong };
  }

  faults(): readonly Fault[] {
    return this.#faults;
  }

  /** Ends the looking; resolves when none is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #look(): Promise<void> {
    clearTimeout(this.#timer);
    this.#looking = this.#looking.then(() => this.#lookAtDue());
    return this.#looking;
  }

  async #lookAtDue(): Promise<void> {
    if (this.#closed) return;
    const now = this.#parts.now();
    const objects = this.#objects;
    for (const object of objects) {
      if (now < (this.#dueAt.get(object.name) ?? now)) continue;
      this.#dueAt.set(object.name, addMs(now, object.every));
      const look = await object.look();
      // A reload looks at all of its own after this.
      if (this.#closed || this.#objects !== objects) return;
      this.#take(object, look);
    }
    this.#refreshFaults();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), lookEvery);
  }

  #take({ name, needed }: KeptObject, found: Look): void {
    const { report } = this.#parts;
    const before = this.#known.get(name);
    const wasRight = before?.kind === "right" || before?.kind === "unread";
    // A machine that is slow for a moment does not lose its service; one that never was right does.
    const look: Look = found.kind === "unread" && !wasRight ? { ...found, kind: "wrong" } : found;
    this.#known.set(name, look.kind === "set" ? { kind: "right" } : look);
    if (look.kind === "set" && wasRight) {
      this.#repairs += 1;
      const text = `${name}: somebody else has set it to ${look.found}; put right`;
      report({ event: "machine", kind: "repaired", text });
    } else if (look.kind === "wrong" || look.kind === "unread") {
      if (!needed || isDeepStrictEqual(before, look)) return;
      const text = `${name}: ${look.why}`;
      report({ event: "machine", kind: "failed", text });
    } else if ((before?.kind === "wrong" || before?.kind === "unread") && needed) {
      report({ event: "machine", kind: "recovered", text: `${name}: it is right again` });
    }
  }

  #refreshFaults(): void {
    const faults = this.#objects.flatMap(({ name, costsService }): Fault[] => {
      const look = this.#known.get(name);
      if (!costsService || look?.kind !== "wrong") return [];
      return [{ kind: "table", subject: name, text: look.why }];
    });
    if (isDeepStrictEqual(faults, this.#faults)) return;
    this.#faults = faults;
    this.#parts.faultsChanged();
  }
}
