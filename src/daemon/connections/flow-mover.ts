/**
 * Moves the flows of UDP away from real servers whose TCP connections stay, behind one firewall
 * mark: failed ones with `quiesce`, and those that are being drained. Only on the active router,
 * which has the flows; its peer's kernel hears of them where connections are synchronised.
 *
 * The kernel does not say whether it has taken in what it was sent: the next look finds out, and
 * that is when flows count as moved. Bounded as every reading of the kernel's list is; what one look
 * does not reach, the next one may.
 */
import type { Connection } from "../../connections/connection-list.ts";
import {
  type Leaving,
  type MovedFlow,
  movedFlows,
  whereabouts,
} from "../../connections/quiesced-flows.ts";
import { SeenLines } from "../../connections/seen-lines.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import { printSyncTarget, usualSyncTarget } from "../../model/sync-target.ts";
import { between, type Instant, type Ms, ms, seconds } from "../../model/time.ts";
import type { ReadConnections } from "../../system/ipvs/connection-reader.ts";
import { Pace } from "../../system/process/pace.ts";
import { Repeated } from "../../system/process/repeated.ts";

export interface FlowMoverParts {
  readonly now: () => Instant;
  readonly readConnections: ReadConnections;
  /** Throws MachineError. */
  readonly sendToOwnKernel: (flows: readonly Connection[]) => Promise<void>;
  /** The real servers that flows are to leave now; none on a router that is not active. */
  readonly leaving: () => readonly Leaving[];
  readonly report: (event: EventBody) => void;
}

const lookEvery = seconds(1);
/** While there are such real servers; a flow may have come by synchronisation, too. */
const againAfter = seconds(5);
const readMax = seconds(2);
const rhythm = { slice: ms(1), rest: ms(3) };
/** So much of the time is spent on reading at most. */
const readShare = 0.05;

export class FlowMover {
  readonly #parts: FlowMoverParts;
  readonly #looks = new Repeated(() => this.look());
  /** What the last look sent. */
  #sent: readonly MovedFlow[] = [];
  #failing = false;

  constructor(parts: FlowMoverParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#looks.start(lookEvery);
  }

  stop(): void {
    this.#looks.stop();
  }

  /** One look; how long to wait for the next. Never throws. */
  async look(): Promise<Ms> {
    try {
      const leaving = this.#parts.leaving();
      if (leaving.length > 0 || this.#sent.length > 0) return await this.#lookAt(leaving);
      this.#recovered();
      return lookEvery;
    } catch (thrown) {
      this.#failed(messageOf(thrown));
      return againAfter;
    }
  }

  async #lookAt(leaving: readonly Leaving[]): Promise<Ms> {
    const began = this.#parts.now();
    const { readConnections } = this.#parts;
    const { connections } = await readConnections(new SeenLines(), readMax, new Pace(rhythm));
    const next = movedFlows(connections, leaving);
    const { moved, stayed } = whereabouts(this.#sent, connections, next);
    const took = between(began, this.#parts.now());
    const of = this.#sent.length;
    this.#sent = [];
    this.#report(moved);
    if (next.length > 0 && !this.#looks.stopped) {
      await this.#parts.sendToOwnKernel(next.map(({ connection }) => connection));
      this.#sent = next;
    }
    if (stayed.length > 0) this.#failed(`${stayed.length} of ${of} ${unmoved}`);
    else if (moved.length > 0 || next.length === 0) this.#recovered();
    const wait = next.length > 0 && stayed.length === 0 ? lookEvery : againAfter;
    return ms(Math.max(wait, took / readShare));
  }

  #report(moved: readonly MovedFlow[]): void {
    for (const [key, flows] of Map.groupBy(moved, (each) => each.key))
      this.#parts.report({ event: "check", kind: "moved", real_server: key, flows: flows.length });
  }

  #failed(why: string): void {
    // At the end of this process what is under way may fail for that.
    if (this.#failing || this.#looks.stopped) return;
    this.#failing = true;
    const text = `flows of UDP stay at real servers that are down or drained: ${why}`;
    this.#parts.report({ event: "machine", kind: "failed", text });
  }

  #recovered(): void {
    if (!this.#failing) return;
    this.#failing = false;
    const text = "no flows of UDP stay at real servers that are down or drained";
    this.#parts.report({ event: "machine", kind: "recovered", text });
  }
}

const unmoved =
  "did not move although the kernel was sent their new real servers; " +
  `a packet filter may drop UDP to ${printSyncTarget(usualSyncTarget)}, or to where ` +
  "connection_sync says, from this machine itself";
