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

/** Text that ldirectord takes for something that was never meant. */
export interface Strange {
  readonly strange: string;
}

/** HOST[->HOST][:PORT] and the rest, looked for anywhere in the value. */
const shape =
  /(\d+\.\d+\.\d+\.\d+|[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?:->(\d+\.\d+\.\d+\.\d+|[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]))?(?::([\w-]+))?\s+(.*)/;
/** Longer lines would make the search above slow. */
const valueMax = 4096;

/** The servers of one line, or why ldirectord refuses it. */
export function realsOf(given: Directive): readonly Real[] | Wrong | Strange {
  const refuse = (message: string, hint: string): Wrong => ({
    line: given.line,
    column: 1,
    message,
    hint,
  });
  const match = given.raw.length > valueMax ? null : shape.exec(given.raw);
  if (match === null)
    return refuse(
      `Invalid real server line ${JSON.stringify(given.raw.slice(0, 60))}`,
      "write HOST:PORT gate|masq|ipip WEIGHT",
    );
  const [, first = "", last, portText, flags = ""] = match;
  const host = first.replace(/^\[|\]$/g, "");
  const isSix = given.name === "real6";
  if (isIP(host) !== 0 && isIPv4(host) === isSix)
    return refuse(`${host} under ${given.name}`, `use ${isSix ? "real" : "real6"}`);
  if (isSix && /^\d+$/.test(host)) return refuse(`${host} is no address`, "write [ADDRESS]:PORT");
  const port = portText === undefined ? null : (servicePorts[portText] ?? Number(portText));
  if (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    return refuse(`${JSON.stringify(portText)} is no port`, "give its number");
  const hosts = last === undefined ? [host] : rangeOf(host, last);
  if (hosts === null)
    return refuse(
      `${first}->${last} is no range of IPv4 addresses`,
      "give two addresses, the lower one first",
    );
  const read = flagsOf(flags);
  if (typeof read === "string") return refuse(read, "write HOST:PORT gate|masq|ipip WEIGHT");
  if (match.index > 0 || /^\d+$/.test(host))
    return {
      strange: `ldirectord takes ${JSON.stringify(first)} for the host, which was never meant; left out: write ADDRESS:PORT`,
    };
  return hosts.map((one) => ({ line: given.line, host: one, port, ...read }));
}

type Flags = Pick<Real, "forwarding" | "weight" | "request" | "receive" | "max" | "min">;

/** Each part is looked for behind the one before, and what was passed over is lost. */
function flagsOf(text: string): Flags | string {
  let rest = text;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const match = pattern.exec(rest);
    if (match !== null) rest = rest.slice(match.index + match[0].length);
    return match;
  };
  const method = take(/\w+/)?.[0] ?? "";
  if (!Object.hasOwn(methods, method))
    return `${JSON.stringify(method.slice(0, 20))} is no forwarding method`;
  const weight = take(/\s+(\d+)/)?.[1];
  const pair = take(/\s+"(.*)"[, ]\s*"(.*)"/);
  const min = Number(take(/\s+l:(\d+)/)?.[1] ?? 0);
  const max = Number(take(/\s+u:(\d+)/)?.[1] ?? 0);
  if (rest.trim() !== "")
    return `Invalid real server line, around ${JSON.stringify(rest.slice(0, 60))}`;
  return {
    forwarding: methods[method as keyof typeof methods],
    weight: weight === undefined ? 1 : Number(weight),
    request: pair?.[1] ?? null,
    receive: pair?.[2] ?? null,
    max,
    min,
  };
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
