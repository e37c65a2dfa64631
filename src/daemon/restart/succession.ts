/**
 * One daemon taking over from another on the same machine, without the network noticing: the last
 * acts of the one that goes, the first ones of the one that comes. What lies in between is in
 * restart-state.ts; that the peer waits is the failover machine's business.
 */
import type { Start } from "../../failover/protocol.ts";
import { messageOf } from "../../model/error.ts";
import { addMs, type Ms } from "../../model/time.ts";
import type { Doors } from "../doors.ts";
import type { Done, Vips } from "../vips/vips.ts";
import {
  leaveHold,
  leaveMemory,
  lifetimeWithin,
  type Memory,
  type PredecessorState,
  removeLeft,
} from "./restart-state.ts";

export class Succession {
  readonly #doors: Pick<Doors, "runDir" | "now" | "report">;
  readonly #memory: Memory;
  /** Until when the peer lets this router adopt the addresses; null: it did, or none were kept. */
  #adoptUntil: PredecessorState["heldUntil"];
  /** A next process is to adopt what this one holds. */
  #kept = false;

  constructor(
    doors: Pick<Doors, "runDir" | "now" | "report">,
    predecessor: PredecessorState,
    found: Start["found"],
  ) {
    this.#doors = doors;
    this.#memory = predecessor.memory;
    this.#adoptUntil = found === "kept" ? predecessor.heldUntil : null;
    if (found !== "kept") this.#forget();
  }

  /** What the process before this one knew. */
  get memory(): Memory {
    return this.#memory;
  }

  /** A claim; one that adopts comes in time or not at all, since the peer may have claimed then. */
  async claim(vips: Vips): Promise<Done> {
    const until = this.#adoptUntil;
    this.#adoptUntil = null;
    if (until !== null && this.#doors.now() >= until) {
      this.#forget();
      return { ok: false, why: "the process came after the end of the hold" };
    }
    const done = await vips.claim();
    this.#forget();
    return done;
  }

  /** Lets the VIPs outlive this process, but not the hold that was asked of the peer. */
  async keep(vips: Vips, holdFor: Ms): Promise<Done> {
    const kept = await vips.keep(lifetimeWithin(holdFor));
    if (!kept.ok) return kept;
    try {
      leaveHold(this.#doors.runDir, addMs(this.#doors.now(), holdFor));
      this.#kept = true;
      return kept;
    } catch (thrown) {
      return { ok: false, why: messageOf(thrown) };
    }
  }

  /** A release: whatever was kept before is kept no more, and no process is to adopt it. */
  async release(letGo: () => Promise<Done>): Promise<Done> {
    if (this.#kept) this.#forget();
    this.#kept = false;
    return letGo();
  }

  /** The last act. Without memory the next process finds out by itself what is healthy. */
  leave(memory: Memory): void {
    this.#try("the next process starts without memory", () =>
      leaveMemory(this.#doors.runDir, memory, this.#doors.now()),
    );
  }

  #forget(): void {
    this.#try("what a restart has left cannot be removed", () => removeLeft(this.#doors.runDir));
  }

  #try(otherwise: string, act: () => void): void {
    try {
      act();
    } catch (thrown) {
      const text = `${otherwise}: ${messageOf(thrown)}`;
      this.#doors.report({ event: "machine", kind: "failed", text });
    }
  }
}
