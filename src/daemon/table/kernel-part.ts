/** What a router needs of the kernel apart from addresses and the table's services. */
import type { Status } from "../../control/api.ts";
import { messageOf } from "../../model/error.ts";
import type { Fault } from "../../model/router.ts";
import { kernelSettings } from "../../table/kernel-settings.ts";
import { packetRules } from "../../table/packet-filter.ts";
import type { Running } from "../config/running.ts";
import type { Part, PartContext } from "../part.ts";
import type { Memory } from "../restart/restart-state.ts";
import { keptObjects } from "./kept-objects.ts";
import { Upkeep } from "./upkeep.ts";

export class KernelPart implements Part {
  readonly #context: PartContext;
  readonly #upkeep: Upkeep;

  constructor(context: PartContext) {
    this.#context = context;
    const { doors, faultsChanged } = context;
    this.#upkeep = new Upkeep({ report: doors.report, now: doors.now, faultsChanged });
  }

  /** What lvsd changed before is put back at the end as if this process had changed it. */
  recall({ sysctls }: Memory): void {
    this.#context.doors.sysctl.remember(sysctls);
  }

  async configure({ config }: Running, before: Running | null): Promise<void> {
    const { doors } = this.#context;
    if (config.sysctl === "manual" && before?.config.sysctl !== "manual") this.#restore();
    await this.#upkeep.configure(keptObjects(config, doors));
    if (before === null) this.restoreUnneeded();
    const had = before === null || packetRules(before.config).length > 0;
    if (had && packetRules(config).length === 0) await this.#removeFilter(before !== null);
  }

  /**
   * Puts back what an earlier configuration needed, or an earlier process's. After a reload, once
   * addresses and services are gone that need it.
   */
  restoreUnneeded(): void {
    const { config } = this.#context.running();
    if (config.sysctl === "auto")
      this.#restore(new Set(kernelSettings(config).map(({ name }) => name)));
  }

  faults(): readonly Fault[] {
    return this.#upkeep.faults();
  }

  status(): Pick<Status, "kernel"> {
    return { kernel: this.#upkeep.state() };
  }

  remember(): Pick<Memory, "sysctls"> {
    return { sysctls: this.#context.doors.sysctl.before };
  }

  close(): Promise<void> {
    return this.#upkeep.close();
  }

  async stop(): Promise<void> {
    this.#restore();
    if (packetRules(this.#context.running().config).length > 0) await this.#removeFilter(true);
  }

  /** `ours`: this process has made it; otherwise one may be left of a process that was killed. */
  async #removeFilter(ours: boolean): Promise<void> {
    const { packetFilter, report } = this.#context.doors;
    if (!ours && !packetFilter.installed()) return;
    try {
      if (ours || (await packetFilter.read()) !== null) await packetFilter.remove();
    } catch (thrown) {
      // A kernel without nftables has no table that could be left.
      if (!ours) return;
      const text = `nft table inet lvsd is not removed: ${messageOf(thrown)}`;
      report({ event: "machine", kind: "failed", text });
    }
  }

  #restore(still?: ReadonlySet<string>): void {
    const { sysctl, report } = this.#context.doors;
    for (const text of sysctl.restore(still)) report({ event: "machine", kind: "failed", text });
  }
}
