/** Host names of real servers: what each stands for, who said so, and how long ago. Pure. */
import type { NameStatus } from "../../control/api.ts";
import type { Paint } from "./paint.ts";
import { length } from "./time.ts";

const sources: Readonly<Record<NameStatus["source"], string>> = {
  nowhere: "",
  disk: "kept on disk",
  resolver: "resolver",
  peer: "active router",
};

/** `now` is wall-clock time in milliseconds. */
export function nameText(
  { name, addresses, source, answered, last_error }: NameStatus,
  now: number,
  paint: Paint,
): string {
  const why = last_error === null ? "" : `; ${paint("bad", last_error)}`;
  if (addresses.length === 0) {
    const pending = last_error === null ? " yet" : "";
    return `${name} ${paint("bad", `stands for no address${pending}`)}${why}`;
  }
  const at = answered === null ? Number.NaN : Date.parse(answered);
  const age = Number.isNaN(at) ? "of unknown age" : `${length(Math.max(0, now - at))} ago`;
  return `${name} is ${addresses.join(", ")} (${sources[source]}, ${age})${why}`;
}
