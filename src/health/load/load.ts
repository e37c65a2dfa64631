/** What a load monitor has found out of a real server, and what it makes of its health. */
import { weightMax } from "../../model/service.ts";
import type { RealServerHealth } from "../health.ts";
import type { AdministrativeState, AgentAnswer } from "./agent.ts";
import { agentFactor, type LoadBounds, rounded } from "./rule.ts";

export interface Load {
  /** What the weight is multiplied by; in steps of a millionth. */
  readonly factor: number;
  /** What the server's agent says of it; an agent that says nothing: ready and up. */
  readonly administrative: AdministrativeState;
  readonly isUp: boolean;
  /** Most connections, in place of `connections.max`; null: as configured. */
  readonly connectionsMax: number | null;
  /** Why, for people; null: no reason was given. */
  readonly why: string | null;
}

/** Nothing is known: the weight is the configured one. */
export const noLoad: Load = {
  factor: 1,
  administrative: "ready",
  isUp: true,
  connectionsMax: null,
  why: null,
};

/** After an answer of the agent; what it does not speak of stays. */
export function afterAgent(before: Load, answer: AgentAnswer, bounds: LoadBounds): Load {
  const { percent, administrative, isUp, connectionsMax } = answer;
  const speaks = administrative !== null || isUp !== null;
  return {
    factor: percent === null ? before.factor : agentFactor(percent, bounds),
    administrative: administrative ?? before.administrative,
    isUp: isUp ?? before.isUp,
    connectionsMax: connectionsMax ?? before.connectionsMax,
    why: speaks ? answer.why : before.why,
  };
}

/** After a sample of the load, when the rule has made a factor of it. */
export const withFactor = (before: Load, factor: number): Load => ({
  ...before,
  factor: rounded(factor),
});

/** A weight under a load, in steps of 1/`scale`: above 0 where both are. */
export function loadedWeight(weight: number, factor: number, scale: number): number {
  if (weight === 0 || factor === 0) return 0;
  const steps = Math.round(weight * factor * scale);
  return Math.min(weightMax, Math.max(1, steps)) / scale;
}

/** What is believed of a server by its checks, changed by its load. */
export function loaded(
  believed: RealServerHealth,
  load: Load,
  { quiesce, scale }: { readonly quiesce: boolean; readonly scale: number },
): RealServerHealth {
  const { state, tableWeight } = believed;
  if (load === noLoad || state !== "up" || tableWeight === null) return believed;
  const { factor, connectionsMax } = load;
  const known = {
    ...(believed.checkedWeight === undefined ? {} : { checkedWeight: believed.checkedWeight }),
    ...(factor === 1 ? {} : { loadFactor: factor }),
    ...(connectionsMax === null ? {} : { connectionsMax }),
  };
  if (load.administrative === "maint") return { ...known, state: "disabled", tableWeight: null };
  if (!load.isUp) return { ...known, state: "down", tableWeight: quiesce ? 0 : null };
  if (load.administrative === "drain") return { ...known, state: "draining", tableWeight: 0 };
  return { ...known, state, tableWeight: loadedWeight(tableWeight, factor, scale) };
}

/** What the agent has against the server's serving; null: nothing. */
export function loadObjection({ administrative, isUp, why }: Load): string | null {
  const reason = why === null ? "" : `: ${why}`;
  if (administrative === "maint") return `its agent says maint${reason}`;
  if (!isUp) return `its agent says down${reason}`;
  return administrative === "drain" ? `its agent says drain${reason}` : null;
}

/** Why a state is what it is after the load has changed. */
export const loadCause = (load: Load): string => loadObjection(load) ?? "its agent lets it serve";
