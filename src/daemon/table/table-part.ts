/** The kernel's IPVS table as a part of the daemon: what configuration and health ask for. */
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import type { Status } from "../../control/api.ts";
import type { Health, RealServerKey } from "../../health/health.ts";
import { messageOf } from "../../model/error.ts";
import type { Fault } from "../../model/router.ts";
import { seconds } from "../../model/time.ts";
import { describeChange, type Names, namesIn, realServersOf } from "../../table/describe.ts";
import type { Running } from "../config/running.ts";
import type { Part, PartContext } from "../part.ts";
import { within } from "../within.ts";
import { DesiredServices } from "./desired-services.ts";
import { openOwnedServices } from "./owned-services.ts";
import { Reconciler } from "./reconciler.ts";

export interface TablePartNeeds {
  readonly health: () => Health;
  /** The kernel refused what would have put these real servers into the table, or took it since. */
  readonly refused: (keys: readonly RealServerKey[], why: string) => void;
  readonly accepted: (keys: readonly RealServerKey[]) => void;
}

/** The first pass over the table: programs that hang must not keep this router silent for ever. */
const firstPassMax = seconds(2);
/** Emptying the table is the last act and must not hold up the end. */
const emptyingMax = seconds(2);

export class TablePart implements Part {
  readonly reconciler: Reconciler;
  readonly #context: PartContext;
  readonly #desired: DesiredServices;
  #named: { readonly config: Config; readonly names: Names } | null = null;

  constructor(context: PartContext, needs: TablePartNeeds) {
    this.#context = context;
    const { doors, faultsChanged } = context;
    const { now, report, ipvsadm } = doors;
    this.#desired = new DesiredServices(needs.health);
    this.reconciler = new Reconciler({
      ...{ ipvsadm, report, now, faultsChanged },
      desired: () => this.#desired.table(),
      owned: openOwnedServices(join(doors.stateDir, "owned-services.json"), (text) =>
        report({ event: "machine", kind: "failed", text }),
      ),
      describe: (change) => describeChange(change, this.#names),
      refused: (change, why) => needs.refused(realServersOf(change, this.#names), why),
      accepted: (change) => needs.accepted(realServersOf(change, this.#names)),
    });
  }

  configure({ config }: Running): void {
    this.#desired.configure(config);
  }

  /** The health of a real server of this virtual server has changed. */
  changed(virtualServer: string, why: string): void {
    this.#desired.changed(virtualServer);
    void this.reconciler.request(why);
  }

  /** Resolves when the table is programmed for the first time, or was tried for long enough. */
  start(): Promise<void> {
    return within(this.reconciler.request("start"), firstPassMax);
  }

  reloaded(): Promise<void> {
    return this.reconciler.request("reload", { again: true });
  }

  faults(): readonly Fault[] {
    return this.reconciler.faults();
  }

  status(): Pick<Status, "ipvs"> {
    const { inSync, foreign, lastError, drifts } = this.reconciler.state();
    const ipvs = {
      in_sync: inSync,
      foreign_services: foreign.length,
      last_error: lastError,
      drifts,
    };
    return { ipvs };
  }

  /** Deletes the owned services. */
  async stop(): Promise<void> {
    try {
      await within(this.reconciler.empty(), emptyingMax);
    } catch (thrown) {
      this.#context.doors.report({ event: "ipvs", kind: "failed", text: messageOf(thrown) });
    }
  }

  leave(): Promise<void> {
    return within(this.reconciler.stop(), emptyingMax);
  }

  /** What the configuration in force calls what stands in the table. */
  get #names(): Names {
    const { config } = this.#context.running();
    if (this.#named?.config !== config) this.#named = { config, names: namesIn(config) };
    return this.#named.names;
  }
}
