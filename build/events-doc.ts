/** docs/events.md, printed from the declarations of the events (src/model/events/). */
import type { EventDeclaration, Fields, ValuesOf } from "../src/model/events/declaration.ts";
import { events } from "../src/model/events/events.ts";

/** What it is about, names in capitals where values would be; empty: it is not passed on. */
function subjectOf({ about, fields }: EventDeclaration): string {
  const names = Object.keys(fields).map((name) => [name, name.toUpperCase()]);
  return about === undefined ? "" : `\`${about(Object.fromEntries(names) as ValuesOf<Fields>)}\``;
}

function section(name: string, of: string, kinds: readonly [string, EventDeclaration][]): string {
  const notified = kinds.some(([, kind]) => kind.about !== undefined);
  const rows = kinds.map(([kind, declared]) => {
    const fields = Object.keys(declared.fields).map((field) => `\`${field}\``);
    const cells = [`\`${kind}\``, declared.severity, fields.join(", "), declared.meaning];
    return [...cells, ...(notified ? [subjectOf(declared)] : [])];
  });
  const head = ["kind", "severity", "fields", "meaning", ...(notified ? ["about"] : [])];
  const lines = [head, ...rows].map((cells) =>
    `| ${cells.join(" | ")} |`.replace(/\| {2}\|$/, "| |"),
  );
  lines.splice(1, 0, `|${"---|".repeat(head.length)}`);
  return `## \`${name}\`: ${of}\n\n${lines.join("\n")}\n`;
}

export const eventsDoc = (): string =>
  `<!-- Written by \`make docs\` from src/model/events/. -->
# Events

What an operator reads: one line of the log, one entry of \`lvsd events\`, one server-sent event of
\`GET /v1/events\`. Every event has \`at\` (UTC), \`severity\` (\`info\`, \`warn\`, \`error\`), \`event\`, \`kind\`,
\`message\` (one sentence) and the fields below. Lengths of time end in \`_ms\`. Names and fields are
stable. Nothing is logged for a single packet or for a check that passed. \`lvsd events\` keeps the
newest 1,000. What has a cell under \`about\` is passed on to \`notify.command\` ([notify.md](notify.md)).

In journald: \`journalctl -u lvsd -p warning\`, or one subject as
\`journalctl -u lvsd -o cat | jq 'select(.event == "state")'\`.

${Object.entries(events)
  .map(([name, { of, kinds }]) => section(name, of, Object.entries(kinds)))
  .join("\n")}`;
