/**
 * Runs the fence: the operator's command that makes certain that the peer is cut off. Says how it
 * ended and returns what it printed; when it is run, and what follows, the failover machine
 * decides.
 */

import { readFile } from "node:fs/promises";
import { excerpt } from "../../check/excerpt.ts";
import type { RunCommand } from "../../checks/program/unprivileged.ts";
import { addressesOf, type Config, type FenceConfig } from "../../config/config.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import { otherRole, type Role } from "../../model/router.ts";
import { between, type Instant, printDuration } from "../../model/time.ts";
import type { Done } from "../vips/vips.ts";

export interface FenceParts {
  readonly run: RunCommand;
  readonly report: (event: EventBody) => void;
  readonly now: () => Instant;
}

export class Fence {
  readonly #parts: FenceParts;
  readonly #ending = new AbortController();
  #failure: string | null = null;

  constructor(parts: FenceParts) {
    this.#parts = parts;
  }

  /** Why the last run failed; null: it did not, or none was. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Runs the configured command to its end or its deadline. Never throws. */
  async run(config: Config, role: Role): Promise<Done> {
    const { fence } = config.failover;
    // A reload may have taken the fence away while the machine asked for it.
    if (fence === null) return { ok: true };
    const began = this.#parts.now();
    // Arguments of fences hold passwords, which are not for the log.
    this.#parts.report({ event: "fence", kind: "started", command: fence.command.command });
    const { why, said } = await this.#end(fence, environmentOf(config, role));
    this.#failure = why;
    const took_ms = Math.round(between(began, this.#parts.now()));
    if (why === null) {
      this.#parts.report({ event: "fence", kind: "done", took_ms, output: said });
      return { ok: true };
    }
    this.#parts.report({ event: "fence", kind: "failed", took_ms, cause: why, output: said });
    return { ok: false, why };
  }

  /** Kills the command that runs, if one does. */
  close(): void {
    this.#ending.abort();
  }

  /** Why it failed, or null; and the first line of what it printed. */
  async #end(
    fence: FenceConfig,
    environment: Readonly<Record<string, string>>,
  ): Promise<{ readonly why: string | null; readonly said: string }> {
    const signal = AbortSignal.any([AbortSignal.timeout(fence.timeout), this.#ending.signal]);
    const input = await passwordOf(fence, signal);
    if ("why" in input) return { why: input.why, said: "" };
    const end = await this.#parts.run({ ...fence.command, environment, signal, ...input });
    switch (end.kind) {
      case "late":
        return { why: `no end within ${printDuration(fence.timeout)}`, said: "" };
      case "too-long":
        return { why: "it printed without end", said: "" };
      case "not-started":
        return { why: end.why.message, said: "" };
      default: {
        const said = firstLine(end.complaint) || firstLine(end.output);
        if (end.status === 0) return { why: null, said };
        const how =
          end.status === null
            ? `killed by ${end.killedBy ?? "a signal"}`
            : `exit status ${end.status}`;
        return { why: said === "" ? how : `${how}, said ${said}`, said };
      }
    }
  }
}

/** What the fence reads on its standard input. Not read when it loads, so that it may change. */
async function passwordOf(
  { passwordFile, timeout }: FenceConfig,
  signal: AbortSignal,
): Promise<{ readonly input?: string } | { readonly why: string }> {
  if (passwordFile === null) return {};
  try {
    return { input: await readFile(passwordFile, { encoding: "utf8", signal }) };
  } catch (thrown) {
    if (signal.aborted) return { why: `no end within ${printDuration(timeout)}` };
    return { why: `password_file: ${messageOf(thrown)}` };
  }
}

/** What the command finds in its environment, besides PATH and LANG. */
export function environmentOf(config: Config, role: Role): Readonly<Record<string, string>> {
  const peer = addressesOf(config, otherRole(role));
  return {
    LVSD_ROLE: role,
    LVSD_PEER_ROLE: otherRole(role),
    LVSD_PEER: peer?.public ?? "",
    LVSD_PEER_PRIVATE: peer?.private ?? "",
  };
}

/** Quoted and shortened; empty when nothing was printed. */
function firstLine(bytes: Buffer): string {
  const end = bytes.indexOf(0x0a);
  const line = end === -1 ? bytes : bytes.subarray(0, end);
  return line.length === 0 ? "" : excerpt(line);
}
