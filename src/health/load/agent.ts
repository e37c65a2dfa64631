/**
 * HAProxy's agent-check protocol: a line of words that a real server's agent says once it is
 * connected to, ended by a line feed or by the connection (HAProxy configuration manual,
 * `agent-check`). Words are separated by spaces, tabs or commas, in any order and any case:
 *
 * - `75%`: the weight, in percent of the configured one; `maxconn:30`: the most connections.
 * - `ready`, `drain`, `maint`: its administrative state. `drain` gets no new connections, `maint`
 *   takes it out; `ready` alone undoes them.
 * - `up`; `down`, `fail`, `failed`, `stopped`: its operational state, and what follows a `#` says
 *   why. `up` alone undoes it.
 */
import { clipped, printable } from "../../model/printable.ts";

/** What an agent makes of its machine for operators' reasons. */
export type AdministrativeState = "ready" | "drain" | "maint";

/** What an answer says; null: nothing of that, which stays as it was. */
export interface AgentAnswer {
  readonly percent: number | null;
  readonly connectionsMax: number | null;
  readonly administrative: AdministrativeState | null;
  readonly isUp: boolean | null;
  /** For people; null: it gave no reason. */
  readonly why: string | null;
}

const words: Readonly<Record<string, Partial<AgentAnswer>>> = {
  ready: { administrative: "ready" },
  drain: { administrative: "drain" },
  maint: { administrative: "maint" },
  up: { isUp: true },
  down: { isUp: false },
  fail: { isUp: false },
  failed: { isUp: false },
  stopped: { isUp: false },
};

const silent: AgentAnswer = {
  percent: null,
  connectionsMax: null,
  administrative: null,
  isUp: null,
  why: null,
};

/** The kernel's thresholds are 32 bits, and ipvsadm reads them as int. */
const connectionsLimit = 2 ** 31 - 1;

/** Reads an answer; a text where there is nothing to be understood in it. */
export function readAgent(answer: string): AgentAnswer | { readonly trouble: string } {
  const line = answer.split(/[\r\n]/, 1)[0] ?? "";
  const [said = "", ...reasons] = line.split("#");
  if (said.trim() === "") return { trouble: "the agent said nothing" };
  let read = silent;
  for (const word of said.toLowerCase().split(/[ \t,]+/)) {
    const [, percent] = /^(\d{1,5})%$/.exec(word) ?? [];
    const [, connections] = /^maxconn:(\d{1,10})$/.exec(word) ?? [];
    if (percent !== undefined) read = { ...read, percent: Number(percent) };
    else if (connections !== undefined)
      read = { ...read, connectionsMax: Math.min(connectionsLimit, Number(connections)) };
    else if (Object.hasOwn(words, word)) read = { ...read, ...words[word] };
    else if (word !== "")
      return { trouble: `the agent said ${JSON.stringify(clipped(printable(word), 60))}` };
  }
  const why = clipped(printable(reasons.join("#").trim()), 200);
  return { ...read, why: why === "" ? null : why };
}
