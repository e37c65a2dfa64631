/** The failover services as a part of the daemon. */
import type { Status } from "../../control/api.ts";
import { peerIsActive, type Router } from "../../failover/router.ts";
import { serviceGoal } from "../../failover/service.ts";
import type { Fault } from "../../model/router.ts";
import type { Running } from "../config/running.ts";
import type { Ending, Part, PartContext, StatusClock } from "../part.ts";
import { fromOrigins } from "../paths/origins.ts";
import type { Memory } from "../restart/restart-state.ts";
import { FailoverServices } from "./failover-services.ts";

export class ServicesPart implements Part {
  readonly services: FailoverServices;
  #stopping: Promise<void> = Promise.resolve();

  constructor({ doors, running, faultsChanged, missingChanged }: PartContext) {
    const { runCommand, now, report } = doors;
    this.services = new FailoverServices({
      runCommand,
      now,
      report,
      runCheck: fromOrigins(doors.runCheck, running),
      role: () => running().role,
      changed: () => {
        faultsChanged();
        missingChanged();
      },
    });
  }

  /** The services that run go on. */
  recall(memory: Memory): void {
    this.services.recall(memory.services);
  }

  configure({ config }: Running): void {
    this.services.configure(config.failover.services);
  }

  stepped(router: Router): void {
    this.services.goal(
      serviceGoal(router, peerIsActive(router)),
      router.activation?.cause === "switchover",
    );
  }

  faults(): readonly Fault[] {
    return this.services.faults();
  }

  missing(): string | null {
    return this.services.missing();
  }

  status({ wallClockOf }: StatusClock): Pick<Status, "services"> {
    const services = this.services.pictures().map(({ name, state, since, cause, ...rest }) => ({
      name,
      state,
      since: wallClockOf(since),
      cause,
      last_error: rest.complaint ?? rest.error,
      failures: rest.failures,
    }));
    return { services };
  }

  remember(): Pick<Memory, "services"> {
    return { services: this.services.leave() };
  }

  /** Their commands may take long: they run while other parts clean up. */
  close(ending: Ending): void {
    if (ending === "stop") this.#stopping = this.services.stop();
  }

  stop(): Promise<void> {
    return this.#stopping;
  }
}
