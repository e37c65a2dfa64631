/** What a takeover is asked for, and what is known before it begins. */
import type { Config } from "../../config/config.ts";
import type { Role } from "../../model/router.ts";
import type { OtherProgram } from "../../system/process/other-program.ts";
import type { CommonOptions } from "../outcome.ts";
import type { Terminal } from "../terminal.ts";
import type { KernelBefore } from "./kernel-before.ts";

export interface TakeoverOptions extends CommonOptions {
  /** keepalived's configuration. */
  readonly file: string;
  /** Its configuration id, for `@ID` lines; null: the host's name. */
  readonly instance: string | null;
  readonly stateDir: string;
  /** There is no other router, or it is off: its lvsd need not be heard. */
  readonly alone: boolean;
  /** What would be lost is known and meant. */
  readonly yes: boolean;
  /** Judges and does nothing. */
  readonly dryRun: boolean;
  /** What starts and stops lvsd; null: systemd's unit. */
  readonly start: string | null;
  readonly stop: string | null;
}

/** All that is known before anything is touched. */
export interface Takeover {
  readonly options: TakeoverOptions;
  readonly terminal: Terminal;
  readonly config: Config;
  readonly role: Role;
  /** Of the heartbeat. */
  readonly keys: readonly Uint8Array[];
  readonly other: OtherProgram;
  readonly before: KernelBefore;
  readonly isHolder: boolean;
}
