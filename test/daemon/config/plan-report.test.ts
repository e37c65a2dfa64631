/**
 * For every key of the schema: two configurations that differ in it alone, and mean different
 * things, differ for `lvsd plan` as well. Values are made from the shape of each key.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { stringify } from "yaml";
import type { Config } from "../../../src/config/config.ts";
import { rootKeys } from "../../../src/config/schema/root.ts";
import { planReport } from "../../../src/daemon/config/plan-report.ts";
import type { Health, RealServerHealth } from "../../../src/health/health.ts";
import { section } from "../../../src/keys/section.ts";
import type { DescribedKey, Shape } from "../../../src/keys/shape.ts";
import { desiredTable } from "../../../src/table/desired.ts";
import { planChanges } from "../../../src/table/plan.ts";
import { readText } from "../../config/texts.ts";

type Json = Readonly<Record<string, unknown>>;

/** Has everything once, so that every key has a place. */
const whole: Json = {
  routers: {
    primary: { public: "192.0.2.1", private: "10.0.0.1" },
    backup: { public: "192.0.2.9", private: "10.0.0.9" },
  },
  failover: {
    fence: { command: ["/bin/fence", "x"] },
    services: { mail: { start: ["/bin/on"], stop: ["/bin/off"], check: { port: 25 } } },
  },
  connection_sync: { device: "eth0", id: 1 },
  timeouts: {},
  notify: {
    command: "/bin/notify",
    mail: { to: "ops@example.com", from: "lvsd@example.com", smtp: "192.0.2.25" },
  },
  nat_router: { address: "10.0.0.254/24" },
  vips: [{ address: "192.0.2.30/24" }],
  defaults: { check: { type: "tcp" } },
  virtual_servers: {
    web: {
      address: "192.0.2.2/24",
      port: 80,
      persistence: {},
      sorry_server: { address: "10.0.0.99" },
      check: { type: "tcp" },
      real_servers: {
        rs1: { address: "10.0.0.11", connections: { max: 9, min: 1 }, check: { type: "tcp" } },
        rs2: { address: "10.0.0.12" },
      },
    },
    off: { active: false, address: "192.0.2.4/24", port: 80 },
  },
};

/** Names that stand in `whole` for `NAME` and `[]` of a described path. */
const names: Readonly<Record<string, string>> = {
  "failover.services": "mail",
  virtual_servers: "web",
  "virtual_servers.web.real_servers": "rs1",
  vips: "0",
};

interface Place {
  readonly path: readonly string[];
  readonly key: DescribedKey;
}

/** Every key that can be written, with its place in `whole`; maps are gone into. */
function* places(shape: Shape<unknown>, above: readonly string[]): Generator<Place> {
  const { inside } = shape;
  if (inside?.kind === "each") {
    const name = names[above.join(".")];
    if (name !== undefined) yield* places(inside.shape, [...above, name]);
  }
  if (inside?.kind !== "section") return;
  for (const [name, key] of Object.entries(inside.keys)) {
    const path = [...above, name];
    // A virtual server's keys once more.
    if (path.join(".") === "defaults") continue;
    // Its keys hang on its type; a check is compared as a whole.
    const goesOn = name === "check" ? [] : [...places(key.shape, path)];
    if (goesOn.length === 0) yield { path, key };
    yield* goesOn;
  }
}

/** Texts of the shapes whose schema does not tell how they look; one of them fits where text does. */
const texts: readonly string[] = [
  "192.0.2.77",
  "192.0.2.78",
  "192.0.2.79/24",
  "192.0.2.80/25",
  "2001:db8::1",
  "239.1.2.3",
  "239.1.2.4",
  "ops@example.org",
  "night@example.org",
  "a@example.org",
  "b@example.org",
  "/bin/one",
  "/bin/two",
  "eth5",
  "eth6",
  "eth0:7",
  "none",
  "255.255.255.0",
  "24",
  "1.2.3",
  "1.2.4",
  "www.example.com",
  "/path",
  "one",
  "two",
  "a*.yaml",
  "b*.yaml",
  "200",
  "200-299",
  "301",
];

/** Values that a schema allows, and some that it does not: the reader says which. */
function valueFor(json: Json): fc.Arbitrary<unknown> {
  if (Array.isArray(json.enum)) return fc.constantFrom(...json.enum);
  if ("const" in json) return fc.constant(json.const);
  if (Array.isArray(json.anyOf)) return fc.oneof(...json.anyOf.map((each) => valueFor(each)));
  const { minimum: min = 0, maximum: max = 100 } = json as { minimum?: number; maximum?: number };
  if (json.type === "integer") {
    const near = fc.integer({ min, max: Math.min(max, min + 9) });
    return fc.oneof(near, fc.integer({ min, max }));
  }
  if (json.type === "number")
    return fc.integer({ min: Math.ceil(min), max: Math.min(Math.floor(max), 60) });
  if (json.type === "boolean") return fc.boolean();
  if (json.type === "array") {
    const items = valueFor((json.items ?? { type: "string" }) as Json);
    return fc.array(items, { minLength: 1, maxLength: 2 });
  }
  if (typeof json.pattern === "string" && json.pattern.includes("ms|s|m|h"))
    return fc.integer({ min: 1, max: 5000 }).map((length) => `${length}ms`);
  return fc.oneof(
    fc.constantFrom(...texts),
    fc.dictionary(fc.constantFrom("NAME", "X-Name"), fc.constantFrom("one", "two")),
  );
}

const samplesOf = ({ path, key }: Place): readonly unknown[] =>
  path.at(-1) === "check" ? checks : fc.sample(valueFor(key.shape.json), { numRuns: 150, seed: 1 });

/** `whole` with a value at a place. */
function withValue(path: readonly string[], value: unknown): string {
  const copy = structuredClone(whole) as Record<string, unknown>;
  let at: Record<string, unknown> = copy;
  for (const name of path.slice(0, -1)) {
    at[name] ??= {};
    at = at[name] as Record<string, unknown>;
  }
  const [last = ""] = path.slice(-1);
  at[last] = value;
  if (last === "ports") delete at.port;
  Object.assign(at, neededBeside(path));
  const owner = path.slice(0, -2).reduce<Record<string, unknown>>((map, name) => {
    return map[name] as Record<string, unknown>;
  }, copy);
  Object.assign(owner, neededAbove(path));
  return stringify(copy);
}

/** The load monitors that have keys of their own. */
const monitorWith: Readonly<Record<string, string>> = {
  send: "agent",
  oid: "snmp",
  community_file: "snmp",
  command: "command",
};

/** What must stand beside a key so that it may be given at all. */
function neededBeside(path: readonly string[]): Json {
  const [of = "", key = ""] = path.slice(-2);
  if (path[0] === "console" && of === "tls")
    return key === "key" ? { certificate: "/etc/one.pem" } : { key: "/etc/one.key" };
  if (of === "mail" && key === "user") return { password_file: "/p", tls: "required" };
  if (of === "mail" && key === "password_file") return { user: "one", tls: "required" };
  if (of === "connections") return key === "max" ? { min: 0 } : { max: 2 ** 31 - 1 };
  if (of === "quorum") return key === "up" ? {} : { up: 2 };
  if (of === "load_monitor") return key === "type" ? {} : { type: monitorWith[key] ?? "rup" };
  if (key === "sorry_page") return { sorry_server: "local" };
  if (key === "one_packet") return { protocol: "udp", persistence: null, check: null };
  if (key === "scheduler_flags") return { scheduler: "sh", persistence: null };
  if (of === "tunnel" && key === "port") return { type: "gue" };
  if (of === "tunnel" && key === "checksum") return { type: "gre" };
  return {};
}

/** What must stand beside the section of a key. */
function neededAbove(path: readonly string[]): Json {
  const [of, key] = path.slice(-2);
  if (of === "tunnel") return { forwarding: "tunnel" };
  return of === "persistence" && key === "engine" ? { protocol: "udp" } : {};
}

/** One of each kind that plan could miss: another type, rhythm, target, text, several of them. */
const checks: readonly Json[] = [
  { type: "tcp", port: 81 },
  { type: "tcp", port: 81, fall: 3 },
  { type: "http", port: 81, path: "/one" },
  { type: "http", port: 81, path: "/two" },
];

function read(text: string): Config | null {
  const result = readText(text);
  return "config" in result ? result.config : null;
}

const standings: readonly (RealServerHealth | undefined)[] = [
  { state: "up", tableWeight: 1 },
  { state: "down", tableWeight: null },
  undefined,
];

async function says(before: Config, next: Config, health: Health): Promise<boolean> {
  const table = desiredTable(before, health);
  const owned = new Set(table.keys());
  const report = await planReport(before, next, health, async (desired) =>
    planChanges(table, desired, owned),
  );
  return report.changes.length + report.settings.length > 0;
}

describe("lvsd plan says something of a changed value of", () => {
  for (const place of places(section(rootKeys), []))
    it(place.path.join("."), async () => {
      const { path } = place;
      const meant = ({ hash: _, ...config }: Config) => config;
      let first: Config | null = null;
      let different = 0;
      for (const value of samplesOf(place)) {
        const next = read(withValue(path, value));
        if (next === null) continue;
        first ??= next;
        if (isDeepStrictEqual(meant(first), meant(next))) continue;
        different += 1;
        for (const standing of standings) {
          const health: Health = { get: () => standing };
          const about = `${JSON.stringify(value)}, ${standing?.state}`;
          assert.ok(await says(first, next, health), about);
        }
        if (different === enough) break;
      }
      assert.ok(first !== null, "no value of its shape is accepted");
      if (different === 0) assert.ok(oneMeaning.has(path.join(".")), "all mean the same");
    });
});

/** Values that differ from the first one, tried of each key. */
const enough = 3;

/** Keys of which this release has a single value, or whose values all come out as the same. */
const oneMeaning: ReadonlySet<string> = new Set(["virtual_servers.web.persistence.engine"]);
