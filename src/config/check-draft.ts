/**
 * A check from its layers: a real server's over the virtual server's over `defaults`, key by key.
 * Where a layer changes the type, what lies under it counts for the rhythm only, because a path or
 * an expected text of one type means nothing in another.
 */
import { compilePattern } from "../check/pattern.ts";
import type { Complaints, Spot } from "../keys/complaints.ts";
import { escapesHint, readEscapes } from "../keys/escapes.ts";
import {
  type Draft,
  emptyDraft,
  type ReadOf,
  type Settled,
  settle,
  sound,
} from "../keys/section.ts";
import { messageOf } from "../model/error.ts";
import type { Check, SendExpectCheck, TlsOptions } from "./config.ts";
import {
  type CheckKey,
  type CheckType,
  checkKeys,
  keysOfType,
  rhythmKeys,
  tlsKeys,
} from "./schema-check.ts";

export type CheckDraft = Draft<typeof checkKeys>;
type SettledCheck = Settled<typeof checkKeys>;
type SoundCheck = { readonly [P in CheckKey]: ReadOf<(typeof checkKeys)[P]> };

/** What a check takes from its surroundings. */
export interface CheckOwner {
  readonly path: string;
  readonly spot: Spot;
  /** Of the virtual server; undefined when that is faulty. */
  readonly protocol: "tcp" | "udp" | undefined;
  /** Makes a path absolute that is relative to the configuration file. */
  absolute(path: string): string;
}

/** The check of these layers, the first one on top; undefined, with complaints, when faulty. */
export function settleCheck(
  layers: readonly CheckDraft[],
  owner: CheckOwner,
  complaints: Complaints,
): Check | undefined {
  const type = typeOf(layers, owner);
  if (type === undefined) return undefined;
  const counted = layers.map((layer, at) => {
    const below = layers.slice(at);
    const own = below.some((one) => one.spots.type !== undefined) ? typeOf(below, owner) : type;
    return own === type ? layer : rhythmOf(layer);
  });
  for (const layer of counted) refuseStrangeKeys(layer, type, complaints);
  const [top = emptyDraft<typeof checkKeys>(`${owner.path}.check`, owner.spot), ...rest] = counted;
  const settled = settle(checkKeys, [top, ...rest], complaints);
  judgeExpect(settled, type, complaints);
  const tls = tlsOf(settled, type, owner, complaints);
  const said = type === "send_expect" ? saysOf(settled, owner, complaints) : null;
  const values: SoundCheck | undefined = sound(settled, keysOfType[type]);
  if (values === undefined || tls === undefined || said === undefined) return undefined;
  return assemble(type, values, tls, said, settled, complaints);
}

function typeOf(layers: readonly CheckDraft[], owner: CheckOwner): CheckType | undefined {
  const giver = layers.find((layer) => layer.spots.type !== undefined);
  if (giver !== undefined && giver.given.type !== null) return giver.given.type;
  if (owner.protocol === undefined) return undefined;
  return owner.protocol === "tcp" ? "tcp" : "none";
}

const rhythmOf = (layer: CheckDraft): CheckDraft => ({
  ...layer,
  given: only(layer.given, rhythmKeys),
  spots: only(layer.spots, rhythmKeys),
});

const only = <T extends object>(from: T, keys: readonly string[]): T =>
  Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key))) as T;

function refuseStrangeKeys(layer: CheckDraft, type: CheckType, complaints: Complaints): void {
  for (const [key, spot] of Object.entries(layer.spots)) {
    if (keysOfType[type].some((known) => known === key)) continue;
    const message = `${layer.path}.${key}: a check of type ${type} has no \`${key}\``;
    const having = Object.entries(keysOfType)
      .filter(([, keys]) => keys.some((known) => known === key))
      .map(([other]) => other);
    complaints.at(spot, message, `checks that have it: ${having.join(", ")}`);
  }
}

/** A pattern that RE2 can read, and texts that can be compared at all. */
function judgeExpect(settled: SettledCheck, type: CheckType, complaints: Complaints): void {
  const { expect, regex, method } = settled.values;
  const where = settled.pathOf("expect");
  if (regex === true && expect === null && keysOfType[type].includes("regex"))
    complaints.at(
      settled.spotOf("regex"),
      `${settled.pathOf("regex")}: there is no \`expect\``,
      "add it",
    );
  if (typeof expect !== "string" || !keysOfType[type].includes("expect")) return;
  if (expect === "")
    complaints.at(
      settled.spotOf("expect"),
      `${where}: an empty text is in every answer`,
      "leave it out",
    );
  if (method === "HEAD" && keysOfType[type].includes("method"))
    complaints.at(
      settled.spotOf("expect"),
      `${where}: a HEAD answer has no body`,
      "use method: GET",
    );
  if (regex !== true) return;
  try {
    compilePattern({ pattern: expect, reads: "text" });
  } catch (thrown) {
    const message = `${where}: ${messageOf(thrown).slice(0, 200)}`;
    complaints.at(
      settled.spotOf("expect"),
      message,
      "the syntax is RE2's: no look-around, no back references",
    );
  }
}

/** Null: no TLS. Undefined: faulty. */
function tlsOf(
  settled: SettledCheck,
  type: CheckType,
  owner: CheckOwner,
  complaints: Complaints,
): TlsOptions | null | undefined {
  const given = settled.values.tls;
  if (!keysOfType[type].includes("tls")) return null;
  if (given === undefined) return undefined;
  if (type === "https" && given === false) {
    const message = `${settled.pathOf("tls")}: https without TLS`;
    complaints.at(settled.spotOf("tls"), message, "use type: http");
    return undefined;
  }
  if (given === false || (given === null && type === "send_expect")) return null;
  if (type === "send_expect" && (settled.values.protocol ?? owner.protocol) === "udp") {
    const message = `${settled.pathOf("tls")}: TLS needs TCP`;
    complaints.at(settled.spotOf("tls"), message, "remove `tls`, or use protocol: tcp");
  }
  const draft =
    typeof given === "object" && given !== null
      ? given
      : emptyDraft<typeof tlsKeys>(settled.pathOf("tls"), settled.spotOf("tls"));
  const values = sound(settle(tlsKeys, [draft], complaints));
  if (values === undefined) return undefined;
  return { ...values, ca: values.ca === null ? null : owner.absolute(values.ca) };
}

type Says = Pick<SendExpectCheck, "protocol" | "send" | "expect">;

/** What a send_expect check says and awaits, as bytes. */
function saysOf(
  settled: SettledCheck,
  owner: CheckOwner,
  complaints: Complaints,
): Says | undefined {
  const { send, expect, regex } = settled.values;
  const protocol = settled.values.protocol ?? owner.protocol;
  if (send === undefined || expect === undefined || protocol === undefined) return undefined;
  if (protocol === "udp" && send === null && expect === null) {
    const message = `${settled.path}: over UDP a check that says and awaits nothing always passes`;
    complaints.at(settled.spot, message, "give `send` and `expect`, or use type: none");
  }
  const bytes = (key: "send" | "expect", text: string): Uint8Array | undefined => {
    const read = readEscapes(text);
    if (typeof read !== "string") return read;
    complaints.at(settled.spotOf(key), `${settled.pathOf(key)}: ${read}`, escapesHint);
    return undefined;
  };
  const said = send === null ? null : bytes("send", send);
  if (said === undefined) return undefined;
  if (expect !== null && regex === true)
    return { protocol, send: said, expect: { kind: "regex", pattern: expect } };
  const awaited = expect === null ? null : bytes("expect", expect);
  if (awaited === undefined) return undefined;
  return {
    protocol,
    send: said,
    expect: awaited === null ? null : { kind: "bytes", bytes: awaited },
  };
}

function assemble(
  type: CheckType,
  values: SoundCheck,
  tls: TlsOptions | null,
  said: Says | null,
  settled: SettledCheck,
  complaints: Complaints,
): Check | undefined {
  if (type === "none") return { type };
  const { interval, timeout, fall, rise, address, port, expect, regex } = values;
  const rhythm = { interval, timeout, fall, rise };
  const target = { address, port };
  switch (type) {
    case "tcp":
      return { type, ...rhythm, ...target };
    case "send_expect":
      return said === null ? undefined : { type, ...rhythm, ...target, ...said, tls };
    case "http":
    case "https": {
      const { method, path, host, headers, status } = values;
      const request = { method, path, host, headers, status, expect, regex };
      return { type, ...rhythm, ...target, ...request, tls: tls ?? noTls };
    }
    case "command": {
      const { command, args, environment } = values;
      if (command !== null) return { type, ...rhythm, command, args, environment, expect, regex };
      const message = `${settled.path}: command is missing`;
      complaints.at(settled.spot, message, "add `command:` with the absolute path of a program");
      return undefined;
    }
    default:
      return type satisfies never;
  }
}

/** What an http check carries, which speaks no TLS. */
const noTls: TlsOptions = { sni: null, ca: null, verify: false };
