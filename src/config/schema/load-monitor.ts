/**
 * The key `load_monitor`: where the load of real servers comes from, and what it makes of weights.
 */
import { absolutePath } from "../../keys/command-shape.ts";
import type { Complaints } from "../../keys/complaints.ts";
import { escapesHint, readEscapes } from "../../keys/escapes.ts";
import type { ValuesOf } from "../../keys/named-values.ts";
import { port } from "../../keys/network-shapes.ts";
import { optional, preset, required } from "../../keys/section.ts";
import { settledMap, wordOr } from "../../keys/settled-map.ts";
import { choice, duration, list, type Shape, scalarShape, text, whole } from "../../keys/shape.ts";
import { literal, type Value } from "../../keys/value.ts";

export const loadMonitorTypes = [
  "rup",
  "ruptime",
  "agent",
  "prometheus",
  "snmp",
  "command",
] as const;
export type LoadMonitorType = (typeof loadMonitorTypes)[number];

/** What `load_monitor: command` runs where no program is named. */
export const usualLoadCommand = "/etc/lvsd/commands/load";

/** A thousand times the configured weight is of no use. */
const percentMax = 100_000;
const saidCharactersMax = 4096;

/** Text with escapes, kept as it is written. */
const said: Shape<string> = scalarShape(
  "text",
  { type: "string", maxLength: saidCharactersMax },
  (written) => {
    const bytes = written.length > saidCharactersMax ? "it is too long" : readEscapes(written);
    return typeof bytes === "string" ? { wrong: bytes, hint: escapesHint } : { ok: written };
  },
);

/** The least that laLoad and its neighbours need: numbers with dots between. */
const oid = text({
  what: "an object identifier such as 1.3.6.1.4.1.2021.10.1.3.1",
  max: 512,
  pattern: /^\d+(?:\.\d+)+$/,
});

export const loadMonitorKeys = {
  type: required(
    choice("load monitor", loadMonitorTypes),
    "`rup`: rpc.rstatd. `ruptime`: rwhod. `agent`: HAProxy's agent-check protocol. `prometheus`: node_exporter. `snmp`: an SNMP agent. `command`: a program on this router.",
  ),
  port: optional(
    port,
    "3333 for `agent`, 9100 for `prometheus`, 161 for `snmp`, for `rup` what the port mapper says",
    "Where it is asked.",
  ),
  interval: preset(duration({ min: "1s", max: "1h" }), "10s", "How often."),
  timeout: preset(duration({ min: "100ms", max: "60s" }), "2s", "How long one answer may take."),
  send: optional(said, "nothing", "What an `agent` is sent first, escapes as in checks."),
  oid: optional(
    oid,
    "laLoad.1, 1.3.6.1.4.1.2021.10.1.3.1",
    "What an `snmp` agent is asked for: a number, or a text that has one.",
  ),
  community_file: optional(
    absolutePath("the absolute path of a file"),
    "the community is `public`",
    "The file with the community of `snmp` (version 2c), on a line.",
    { names: "file", secret: true },
  ),
  command: optional(
    absolutePath("the absolute path of a program"),
    usualLoadCommand,
    "With `command`: the program that prints the load. It runs as a check's command does ([checks.md](checks.md)).",
    { names: "executable" },
  ),
  args: preset(
    list(text({ what: "an argument", max: saidCharactersMax }), {
      what: "a list of texts",
      max: 64,
    }),
    ["%h", "%p"],
    "Its arguments. `%h` and `%p` become the address and port of the real server.",
  ),
  divide_by: preset(
    whole(1, 1_000_000, "a whole number"),
    1,
    "What the load is divided by: the processors of a real server, so that 1 is a machine at work; `prometheus` counts them itself.",
  ),
  rule: preset(
    choice("rule", ["lvsd", "piranha"]),
    "lvsd",
    "How load becomes weight; what an agent says is a weight already.",
  ),
  min_percent: optional(
    whole(1, 100, "a percentage"),
    "10; 1 for `agent`",
    "The lowest weight, in percent of the configured one; an agent's 0% and `drain` go below it.",
  ),
  max_percent: optional(
    whole(100, percentMax, "a percentage"),
    "100; 1000 for `agent` and with `rule: piranha`",
    "The highest weight, in percent of the configured one.",
  ),
};

export type LoadMonitor = ValuesOf<typeof loadMonitorKeys>;

/** Keys that mean something to these types alone. */
const ownKeys = {
  port: ["rup", "agent", "prometheus", "snmp"],
  send: ["agent"],
  oid: ["snmp"],
  communityFile: ["snmp"],
  command: ["command"],
} as const satisfies Partial<Record<keyof LoadMonitor, readonly LoadMonitorType[]>>;

const written: Readonly<Record<string, string>> = { communityFile: "community_file" };

function judge(monitor: LoadMonitor, at: Value, path: string, complaints: Complaints): boolean {
  const { type } = monitor;
  for (const [key, types] of Object.entries(ownKeys)) {
    const isGiven = monitor[key as keyof typeof ownKeys] !== null;
    if (!isGiven || types.some((each) => each === type)) continue;
    const name = written[key] ?? key;
    const hint = `${name} belongs to ${types.join(", ")}`;
    complaints.at(at, `${path}.${name}: a load monitor of type ${type} has none`, hint);
    return false;
  }
  return true;
}

const loadMonitorMap = settledMap(loadMonitorKeys, judge);

/** A type alone stands for a map of it with defaults. */
const typeOrMap: typeof loadMonitorMap = {
  ...loadMonitorMap,
  words: `a load monitor's type, or ${loadMonitorMap.words}`,
  json: { anyOf: [loadMonitorKeys.type.shape.json, loadMonitorMap.json] },
  read(value, path, complaints) {
    if (value.kind !== "scalar" || value.value === null)
      return loadMonitorMap.read(value, path, complaints);
    const type = loadMonitorKeys.type.shape.read(value, path, complaints);
    if (type === undefined) return undefined;
    return loadMonitorMap.read(literal({ type }), path, complaints);
  },
};

export const loadMonitor = wordOr("none", typeOrMap);

/** How far from the configured weight a load monitor may go, in percent of it. */
export const loadBounds = ({
  type,
  rule,
  minPercent,
  maxPercent,
}: Pick<LoadMonitor, "type" | "rule" | "minPercent" | "maxPercent">): {
  readonly minPercent: number;
  readonly maxPercent: number;
} => ({
  minPercent: minPercent ?? (type === "agent" ? 1 : 10),
  maxPercent: maxPercent ?? (type === "agent" || rule === "piranha" ? 1000 : 100),
});
