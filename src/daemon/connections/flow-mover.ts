/**
 * Moves the flows of UDP away from real servers whose TCP connections stay, behind one firewall
 * mark: failed ones with `quiesce`, and those that are being drained. Only on the active router,
 * which has the flows; its peer's kernel hears of them where connections are synchronised.
 *
 * Bounded as every reading of the kernel's list is; what one look does not reach, the next one may.
 */
import type { Connection } from "../../connections/connection-list.ts";
import { type Leaving, type MovedFlow, movedFlows } from "../../connections/quiesced-flows.ts";
import { SeenLines } from "../../connections/seen-lines.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import { between, type Instant, type Ms, ms, seconds } from "../../model/time.ts";
import type { ReadConnections } from "../../system/ipvs/connection-reader.ts";
import type { SendToOwnKernel } from "../../system/ipvs/own-kernel.ts";
import { Pace } from "../../system/process/pace.ts";
import { Repeated } from "../../system/process/repeated.ts";

export interface FlowMoverParts {
  readonly now: () => Instant;
  readonly readConnections: ReadConnections;
  readonly sendToOwnKernel: SendToOwnKernel;
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
    const leaving = this.#parts.leaving();
    if (leaving.length === 0) return lookEvery;
    const began = this.#parts.now();
    try {
      const moved = movedFlows(await this.#read(), leaving);
      const took = between(began, this.#parts.now());
      if (moved.length > 0 && !this.#looks.stopped) await this.#move(moved);
      this.#failing = false;
      return ms(Math.max(againAfter, took / readShare));
    } catch (thrown) {
      if (!this.#failing) {
        const text = `flows of UDP stay at real servers that are down or drained: ${messageOf(thrown)}`;
        this.#parts.report({ event: "machine", kind: "failed", text });
      }
      this.#failing = true;
      return againAfter;
    }
  }

  async #read(): Promise<readonly Connection[]> {
    const { readConnections } = this.#parts;
    return (await readConnections(new SeenLines(), readMax, new Pace(rhythm))).connections;
  }

  async #move(moved: readonly MovedFlow[]): Promise<void> {
    await this.#parts.sendToOwnKernel(moved.map(({ connection }) => connection));
    for (const [key, flows] of Map.groupBy(moved, (each) => each.key))
      this.#parts.report({ event: "check", kind: "moved", real_server: key, flows: flows.length });
  }
}
