/** `real=HOST[->HOST][:PORT] gate|masq|ipip [WEIGHT] ["REQUEST","RECEIVE"] [l:N] [u:N]`. */
import { isIP, isIPv4 } from "node:net";
import { servicePorts } from "../service-ports.ts";
import type { Directive, Wrong } from "./statements.ts";

export interface Real {
  readonly line: number;
  readonly host: string;
  /** Null: the virtual's. */
  readonly port: number | null;
  readonly forwarding: "direct" | "nat" | "tunnel";
  readonly weight: number;
  readonly request: string | null;
  readonly receive: string | null;
  readonly max: number;
  readonly min: number;
}

/** lvsd's words. */
export const methods = { gate: "direct", masq: "nat", ipip: "tunnel" } as const;
const rangeMax = 4096;

/** The servers of one line, or why ldirectord refuses it. */
export function realsOf(given: Directive): readonly Real[] | Wrong {
  const refuse = (message: string, hint: string): Wrong => ({
    line: given.line,
    column: 1,
    message,
    hint,
  });
  const match = /^(\[[^\]]+\]|[^\s:[\]]+?)(?:->([^\s:]+))?(?::([\w-]+))?\s+(\S+)(.*)$/.exec(
    given.raw,
  );
  const word = match?.[4] ?? "";
  const method = Object.entries(methods).find(([name]) => name === word.replace(/,$/, ""))?.[1];
  if (match === null)
    return refuse(
      `Invalid real server line ${JSON.stringify(given.raw.slice(0, 60))}`,
      "write HOST:PORT gate|masq|ipip WEIGHT",
    );
  if (method === undefined)
    return refuse(
      `${JSON.stringify(word.slice(0, 20))} is no forwarding method`,
      "use gate, masq or ipip",
    );
  const [, first = "", last, portText, , tail = ""] = match;
  const host = first.replace(/^\[|\]$/g, "");
  const port = portText === undefined ? null : (servicePorts[portText] ?? Number(portText));
  if (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    return refuse(`${JSON.stringify(portText)} is no port`, "give its number");
  if (host.includes("_"))
    return refuse(`${host}: a name is cut at the underscore`, "give the address");
  const hosts = last === undefined ? [host] : rangeOf(host, last);
  if (hosts === null)
    return refuse(
      `${first}->${last} is no range of IPv4 addresses`,
      "give two addresses, the lower one first",
    );
  const { request, receive, rest } = pairOf(tail);
  const number = (pattern: RegExp): number => Number(pattern.exec(rest)?.[1] ?? 0);
  const weight = /(?:^|\s)-?(?:w\s+)?(\d{1,5})(?=\s|,|$)/.exec(rest)?.[1];
  return hosts.map((one) => ({
    ...{ line: given.line, host: one, port, forwarding: method },
    ...{ weight: weight === undefined ? 1 : Number(weight), request, receive },
    ...{ max: number(/\bu:(\d{1,9})/), min: number(/\bl:(\d{1,9})/) },
  }));
}

function pairOf(tail: string): { request: string | null; receive: string | null; rest: string } {
  const match = /"([^"]*)"\s*,?\s*"([^"]*)"/.exec(tail);
  if (match === null) return { request: null, receive: null, rest: tail };
  const rest = tail.replace(match[0], " ");
  return { request: match[1] ?? "", receive: match[2] ?? "", rest };
}

function rangeOf(first: string, last: string): readonly string[] | null {
  if (!isIPv4(first) || !isIPv4(last)) return null;
  const value = (address: string): number =>
    address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = value(last) - value(first) + 1;
  if (size < 1 || size > rangeMax) return null;
  return Array.from({ length: size }, (_, at) =>
    [24, 16, 8, 0].map((shift) => Math.floor((value(first) + at) / 2 ** shift) % 256).join("."),
  );
}

/** Port 0 is none. */
export const namesPort = ({ port }: Real): boolean => port !== null && port !== 0;

/** What IPVS knows a real server by: only NAT leads to another port, and by a mark without persistence. */
export function destinationOf(
  real: Real,
  virtual: { readonly port: number; readonly isMark: boolean; readonly isPersistent: boolean },
): string {
  const mapsPort = real.forwarding === "nat" && !(virtual.isMark && virtual.isPersistent);
  return `${real.host}:${mapsPort && namesPort(real) ? real.port : virtual.port}`;
}

/** The most used first. */
export function forwardingsOf(reals: readonly Real[]): readonly Real["forwarding"][] {
  const groups = Map.groupBy(reals, ({ forwarding }) => forwarding);
  return [...groups].sort((a, b) => b[1].length - a[1].length).map(([name]) => name);
}

export const isAddress = (host: string): boolean => isIP(host) !== 0;
