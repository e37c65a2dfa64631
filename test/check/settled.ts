/** What one check comes to, or why it is refused, without the rhythm that every type has. */
import { checkOf, textOf } from "../config/check-layers.ts";
import { readText, refused } from "../config/texts.ts";

type Protocol = "tcp" | "udp";

/** The value of the check `{ ... }`, without its rhythm. */
export function settled(check: string, protocol: Protocol = "tcp"): object {
  const value = checkOf({ virtualServer: `{ ${check} }`, protocol });
  const rhythm = ["interval", "timeout", "fall", "rise", "fallInterval"];
  return Object.fromEntries(Object.entries(value).filter(([key]) => !rhythm.includes(key)));
}

/** The first problem of the check `{ ... }`. */
export function refusal(check: string, protocol: Protocol = "tcp"): string {
  const read = readText(textOf({ virtualServer: `{ ${check} }`, protocol }));
  return refused(read)[0]?.message ?? "";
}

/** TLS as it is when nothing is said of it. */
export const plainTls = {
  sni: null,
  ca: null,
  verify: false,
  certificate: null,
  key: null,
  minimum: "1.2",
  warnBefore: 14 * 24 * 3600 * 1000,
};
