/** What a router needs of the kernel apart from the table's services: parameters and time-outs. */

import type { Running } from "../config/running.ts";
import type { Part, PartContext } from "../part.ts";
import type { Memory } from "../restart/restart-state.ts";
import { setTimeouts } from "./adoption.ts";
import { applySysctls, restoreSysctls } from "./sysctls.ts";

export class KernelPart implements Part {
  readonly #context: PartContext;

  constructor(context: PartContext) {
    this.#context = context;
  }

  /** What lvsd changed before is put back at the end as if this process had changed it. */
  recall({ sysctls }: Memory): void {
    this.#context.doors.sysctl.remember(sysctls);
  }

  async configure({ config }: Running, before: Running | null): Promise<void> {
    const { doors } = this.#context;
    applySysctls(config, doors.sysctl, doors.report);
    await setTimeouts(config, before?.config ?? null, doors);
  }

  remember(): Pick<Memory, "sysctls"> {
    return { sysctls: this.#context.doors.sysctl.before };
  }

  async stop(): Promise<void> {
    restoreSysctls(this.#context.doors.sysctl, this.#context.doors.report);
  }
}
