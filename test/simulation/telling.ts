/** What routers say and report, in the words of traces. */
import type { Message } from "../../src/heartbeat/message.ts";
import type { EventBody } from "../../src/model/event.ts";

export function saidIn({
  state,
  holds,
  handOver,
  faults,
  leaving,
  holdFor,
  term,
}: Message): string {
  const parts: string[] = [state, `term ${term}`];
  if (holds) parts.push("holds");
  const unfit = faults.map(({ kind, count }) => (count === 1 ? kind : `${kind}*${count}`));
  if (unfit.length > 0) parts.push(`unfit: ${unfit.join(" ")}`);
  if (handOver.kind !== "none") parts.push(`${handOver.kind} (${handOver.cause})`);
  if (holdFor > 0) parts.push(`hold for ${holdFor} ms`);
  if (leaving) parts.push("leaving");
  return parts.join(", ");
}

export function textOf(event: EventBody): string {
  const { event: name, kind, ...rest } = event;
  const details = Object.entries(rest).map(([key, value]) =>
    key === "text" ? `${value}` : `${key}=${value}`,
  );
  return `${name} ${kind}: ${details.join(", ")}`;
}
