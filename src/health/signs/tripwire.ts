/**
 * One tripwire: an idle connection to a real server whose end starts a check at once. When it is
 * opened, what its end means, and what is learnt of servers that close idle connections by habit.
 *
 * A pure machine; daemon/evidence/tripwires.ts opens the connections. A wire never judges a real
 * server: it asks for tries of the server's own checks, and believes them. Where they pass, the
 * end was a false alarm. Three of those in a row are a habit: the wire is then renewed before the
 * server would close it, or rests where that would have to be too often.
 */
import {
  addMs,
  between,
  type Instant,
  type Ms,
  ms,
  printDuration,
  seconds,
} from "../../model/time.ts";

/** How a connection ended, or why none came to be. */
export interface WireEnd {
  /** `local`: this machine lacks something. `chatty`: the server says too much for an idle one. */
  readonly kind: "ended" | "refused" | "unanswered" | "local" | "chatty";
  /** For people: `was reset`. */
  readonly text: string;
}

export interface Wire {
  /** Its real server has traffic, and its checks are made here. */
  readonly wanted: boolean;
  readonly state:
    | { readonly at: "idle"; readonly until: Instant | null }
    | { readonly at: "opening" }
    | { readonly at: "held"; readonly since: Instant }
    /** Its end has started the checks, whose outcome it awaits; it had been held for so long. */
    | { readonly at: "asking"; readonly lasted: Ms };
  /** False alarms in a row, */
  readonly alarms: number;
  /** the last of them, */
  readonly lastAlarm: Instant | null;
  /** and the shortest life of a connection among them. */
  readonly shortest: Ms | null;
  /** It is closed and opened anew after so long; null: it is held for as long as it lasts. */
  readonly renewEvery: Ms | null;
}

export type WireInput =
  | { readonly kind: "want"; readonly wanted: boolean }
  | { readonly kind: "held" }
  | { readonly kind: "ended"; readonly end: WireEnd }
  /** Null: the checks came to no result. */
  | { readonly kind: "checked"; readonly passed: boolean | null }
  | { readonly kind: "wake" };

export type WireAct =
  | { readonly act: "open" }
  | { readonly act: "close" }
  /** Closes the connection and opens the next one. */
  | { readonly act: "renew" }
  | { readonly act: "check"; readonly text: string }
  /** A habit was found out: one sentence's end for people. */
  | { readonly act: "learnt"; readonly text: string };

export interface WireStep {
  readonly wire: Wire;
  readonly acts: readonly WireAct[];
}

/** So many false alarms in a row are a habit. */
export const habitAlarms = 3;
/** False alarms further apart than this are reloads and restarts, and no habit. */
const sameHabitWithin = seconds(3600);
/** A connection that lives shorter is not worth to be renewed all the time. */
const renewedLifeMin = seconds(15);
/** After a false alarm; doubled by each further one before it is a habit. */
const reopenAfter = seconds(1);
/** After an end that the checks confirmed, where the server stays in the table nevertheless. */
const confirmedPause = seconds(5);
const restMin = seconds(60);
/** Short of `sameHabitWithin`, so that a rest does not make a habit forgotten. */
const restMax = seconds(1800);

export const startWire = (): Wire => ({
  wanted: false,
  state: { at: "idle", until: null },
  alarms: 0,
  lastAlarm: null,
  shortest: null,
  renewEvery: null,
});

/** The wire after an input, and what is to be done. */
export function stepWire(wire: Wire, input: WireInput, now: Instant): WireStep {
  switch (input.kind) {
    case "want":
      return input.wanted ? want(wire, now) : unwant(wire);
    case "held":
      if (wire.state.at !== "opening") return still(wire);
      return still({ ...wire, state: { at: "held", since: now } });
    case "ended":
      return ended(wire, input.end, now);
    case "checked":
      return wire.state.at === "asking"
        ? checked(wire, wire.state.lasted, input.passed, now)
        : still(wire);
    case "wake":
      return woken(wire, now);
    default:
      return input satisfies never;
  }
}

/** When the wire wants a wake; early is harmless. */
export function wireWakeAt({ wanted, state, renewEvery }: Wire): Instant | null {
  if (!wanted) return null;
  if (state.at === "idle") return state.until;
  return state.at === "held" && renewEvery !== null ? addMs(state.since, renewEvery) : null;
}

const still = (wire: Wire): WireStep => ({ wire, acts: [] });

const idleUntil = (wire: Wire, until: Instant | null): Wire => ({
  ...wire,
  state: { at: "idle", until },
});

function want(wire: Wire, now: Instant): WireStep {
  if (wire.wanted) return still(wire);
  const wanted = { ...wire, wanted: true };
  const { state } = wire;
  // What rests goes on resting, whatever became of its server meanwhile.
  if (state.at !== "idle" || (state.until !== null && now < state.until)) return still(wanted);
  return opening(wanted);
}

function unwant(wire: Wire): WireStep {
  if (!wire.wanted) return still(wire);
  const unwanted = { ...wire, wanted: false };
  if (wire.state.at !== "opening" && wire.state.at !== "held") return still(unwanted);
  return { wire: idleUntil(unwanted, null), acts: [{ act: "close" }] };
}

const opening = (wire: Wire): WireStep => ({
  wire: { ...wire, state: { at: "opening" } },
  acts: [{ act: "open" }],
});

function ended(wire: Wire, end: WireEnd, now: Instant): WireStep {
  const { state } = wire;
  if (state.at !== "opening" && state.at !== "held") return still(wire);
  if (end.kind === "local") return still(idleUntil(wire, addMs(now, restMin)));
  if (end.kind === "chatty") {
    const text = `${end.text}: its tripwire rests for ${printDuration(restMax)}`;
    return { wire: idleUntil(wire, addMs(now, restMax)), acts: [{ act: "learnt", text }] };
  }
  const lasted = state.at === "held" ? between(state.since, now) : ms(0);
  return {
    wire: { ...wire, state: { at: "asking", lasted } },
    acts: [{ act: "check", text: end.text }],
  };
}

function checked(wire: Wire, lasted: Ms, passed: boolean | null, now: Instant): WireStep {
  if (passed === null) return still(idleUntil(wire, addMs(now, reopenAfter)));
  if (!passed) {
    // A server that goes down is not wanted any more, and one that comes back is a new one.
    const fresh = { ...startWire(), wanted: wire.wanted };
    return still(idleUntil(fresh, wire.wanted ? addMs(now, confirmedPause) : null));
  }
  return falseAlarm(wire, lasted, now);
}

function falseAlarm(wire: Wire, lasted: Ms, now: Instant): WireStep {
  const { lastAlarm } = wire;
  const inRow = lastAlarm !== null && between(lastAlarm, now) < sameHabitWithin;
  const alarms = inRow ? wire.alarms + 1 : 1;
  const shortest = inRow && wire.shortest !== null ? ms(Math.min(wire.shortest, lasted)) : lasted;
  const counted = { ...wire, alarms, shortest, lastAlarm: now };
  if (alarms < habitAlarms) {
    const pause = ms(reopenAfter * 2 ** (alarms - 1));
    return still(idleUntil(counted, addMs(now, pause)));
  }
  return habit(counted, shortest, now);
}

function habit(wire: Wire, shortest: Ms, now: Instant): WireStep {
  const known = wire.alarms > habitAlarms;
  const after = `closes idle connections after ${printDuration(rounded(shortest))}`;
  if (shortest >= renewedLifeMin) {
    const renewEvery = ms(shortest / 2);
    const text = `${after}: its tripwire is renewed every ${printDuration(rounded(renewEvery))}`;
    const renewed = idleUntil({ ...wire, renewEvery }, addMs(now, reopenAfter));
    return {
      wire: renewed,
      acts: known && wire.renewEvery !== null ? [] : [{ act: "learnt", text }],
    };
  }
  const rest = ms(Math.min(restMax, restMin * 2 ** (wire.alarms - habitAlarms)));
  const text = `${after}: its tripwire rests, for ${printDuration(rest)} now and for longer each time`;
  const resting = idleUntil({ ...wire, renewEvery: null }, addMs(now, rest));
  return {
    wire: resting,
    acts: known && wire.renewEvery === null ? [] : [{ act: "learnt", text }],
  };
}

/** For people: whole seconds, where there are any. */
const rounded = (length: Ms): Ms =>
  length < 1000 ? ms(Math.round(length)) : seconds(Math.round(length / 1000));

function woken(wire: Wire, now: Instant): WireStep {
  const due = wireWakeAt(wire);
  if (due === null || now < due) return still(wire);
  if (wire.state.at === "idle") return opening(wire);
  return { wire: { ...wire, state: { at: "opening" } }, acts: [{ act: "renew" }] };
}
