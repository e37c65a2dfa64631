/** Directives as values, with ldirectord's order of what overrides what. */
import type { Findings } from "../imported.ts";
import type { Origin } from "../outline.ts";
import type { Directive } from "./statements.ts";

/** The directives of a block and the globals below them. */
export interface Settings {
  readonly file: string;
  readonly own: readonly Directive[];
  readonly globals: readonly Directive[];
  readonly findings: Findings;
}

/** What a virtual's check depends on besides its directives. */
export interface CheckedVirtual {
  readonly settings: Settings;
  readonly subject: string;
  readonly protocol: "tcp" | "udp" | "fwm";
  /** 0: a firewall mark. */
  readonly port: number;
  /** A real server names no port, and the virtual has none. */
  readonly needsPort: boolean;
  /** Of the virtual, or of one real server where it has its own pair. */
  readonly request: string | undefined;
  readonly receive: string | undefined;
}

export const ownOf = ({ own }: Settings, name: string): Directive | undefined =>
  own.findLast((one) => one.name === name);

export const eitherOf = (settings: Settings, name: string): Directive | undefined =>
  ownOf(settings, name) ?? settings.globals.findLast((one) => one.name === name);

export const originOf = (
  file: string,
  given: { readonly line: number } | undefined,
): Origin | null => (given === undefined ? null : { file, line: given.line });

/** The first digits of a value count: `2s` is 2, `1.5` is 1. */
export function numberOf(
  given: Directive | undefined,
  { findings, file }: Settings,
): number | undefined {
  if (given === undefined) return undefined;
  const digits = /\d{1,9}/.exec(given.value)?.[0];
  if (digits === undefined || Number(digits) === 0) {
    const text = `${JSON.stringify(given.value.slice(0, 60))} is no number above 0`;
    findings.add("suspicious", originOf(file, given), given.name, text);
    return undefined;
  }
  const tail = given.value.trim().replace(/^\d+/, "");
  if (digits !== given.value.trim())
    findings.add(
      /^s?$|^\s/.test(tail) ? "changed" : "suspicious",
      originOf(file, given),
      given.name,
      `${given.value.slice(0, 60)} is read as ${digits}${/^[a-z.]/.test(tail) && tail !== "s" ? ": whole seconds, without a unit" : ""}`,
    );
  return Number(digits);
}

export const isYes = (given: Directive | undefined): boolean => given?.value === "yes";

/** Seconds of one try; the first of these that is set. */
export function timeoutOf(
  settings: Settings,
  isNegotiate: boolean,
): { seconds: number; by: Directive | undefined } {
  const { globals } = settings;
  const global = (name: string) => globals.findLast((one) => one.name === name);
  const [first, second] = isNegotiate
    ? ["negotiatetimeout", "checktimeout"]
    : ["checktimeout", "negotiatetimeout"];
  const by = [ownOf(settings, first), ownOf(settings, second), global(first), global(second)].find(
    (one) => one !== undefined,
  );
  return { seconds: numberOf(by, settings) ?? (isNegotiate ? 30 : 5), by };
}
