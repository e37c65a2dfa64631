/** The requests of operators about one server, as a daemon answers them. */
import type { RunCheck } from "../../checks/check.ts";
import type { Config } from "../../config/config.ts";
import type { MaintenanceReport, ProbeReport, Refusal } from "../../control/api.ts";
import type { AnswerTo, Given } from "../../control/requests.ts";
import type { OrderKind } from "../../health/maintenance/orders.ts";
import { probeServers, type Trial } from "../health/trial.ts";
import type { MaintenancePart } from "./maintenance-part.ts";
import type { GivenOrder } from "./subjects.ts";

export interface Checking {
  readonly config: Config;
  readonly run: RunCheck;
}

export abstract class ServerRequests {
  /** The part that answers; a refusal while there is none. */
  protected abstract maintenance(): MaintenancePart | Refusal;

  /** What is configured, and what runs checks; a refusal while there is none. */
  protected abstract checking(): Checking | Refusal;

  probeVirtualServer(given: Given<"probeVirtualServer">): Promise<ProbeReport | Refusal> {
    return this.#probe({ ...given, realServer: null });
  }

  probeRealServer(given: Given<"probeRealServer">): Promise<ProbeReport | Refusal> {
    return this.#probe(given);
  }

  drainRealServer(given: Given<"drainRealServer">): Promise<MaintenanceReport | Refusal> {
    return this.#order("drain", given);
  }

  disableRealServer(given: Given<"disableRealServer">): Promise<MaintenanceReport | Refusal> {
    return this.#order("disable", given);
  }

  enableRealServer(given: Given<"enableRealServer">): Promise<MaintenanceReport | Refusal> {
    return this.#order("enable", given);
  }

  disableVirtualServer(given: Given<"disableVirtualServer">): Promise<MaintenanceReport | Refusal> {
    return this.#order("disable", given);
  }

  enableVirtualServer(given: Given<"enableVirtualServer">): Promise<MaintenanceReport | Refusal> {
    return this.#order("enable", given);
  }

  async drainProgress(given: Given<"drainProgress">): Promise<AnswerTo<"drainProgress">> {
    const part = this.maintenance();
    return "ok" in part ? part : part.drainReport(given);
  }

  async #probe(trial: Trial): Promise<ProbeReport | Refusal> {
    const checking = this.checking();
    return "ok" in checking ? checking : probeServers(checking.config, trial, checking.run);
  }

  async #order(kind: OrderKind, given: GivenOrder): Promise<MaintenanceReport | Refusal> {
    const { virtualServer, realServer = null, everywhere = false, by } = given;
    const part = this.maintenance();
    return "ok" in part ? part : part.order({ virtualServer, realServer, everywhere, kind }, by);
  }
}
