/** Each field of the status is shown in CONTROL/MONITORING: a page changes with it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { html } from "../../../src/console/html.ts";
import { sayIn } from "../../../src/console/messages/messages.ts";
import type { Model } from "../../../src/console/panel.ts";
import { controlPanel } from "../../../src/console/panels/control.ts";
import { bannersOf } from "../../../src/console/web/banners.ts";
import type { RealServerStatus, Status } from "../../../src/control/api.ts";
import { sampleStatus } from "../../control/sample.ts";

/** What the page does not show, and why. */
const notShown: Readonly<Record<string, string>> = {
  "faults[].kind": "the text says what is wrong; the kind is how two routers compare",
  "faults[].count": "how two routers compare; the texts name each part",
};

/** Every field has a value, those that may be null or left out as well. */
type Filled<T> = T extends readonly (infer Item)[]
  ? readonly Filled<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]-?: Filled<NonNullable<T[Key]>> }
    : T;

const problem = { file: "/etc/lvsd/lvsd.yaml", line: 3, column: 5, message: "wrong", hint: "mend" };
const since = "2026-01-01T00:00:00.000Z";

const passed: Filled<RealServerStatus> = {
  name: "rs1",
  address: "10.11.12.1",
  port: 80,
  state: "up",
  weight: 2,
  effective_weight: 1.5,
  active_connections: 12,
  inactive_connections: 340,
  check: { type: "http", last_ms: 2.1, last_error: "", since },
  own_path: { reached: false, why: "no route" },
  tripwire: "held",
  load: { monitor: "rup", value: 3, factor: 0.75, last_error: "no answer" },
};

const full: Filled<Status> = {
  version: "1.0.0",
  started: since,
  role: "primary",
  state: "active",
  since,
  cause: "peer dead",
  config: { path: "/etc/lvsd/lvsd.yaml", serial: 7, hash: "0f".repeat(32), error: [problem] },
  faults: [{ kind: "link", subject: "eth0", text: "eth0 is down", count: 3 }],
  commands: "runner",
  fence: "status 1",
  failback: { mode: "auto", blocked_by: "an operator", in_ms: 3000 },
  heartbeat: {
    sent: 10,
    received: 9,
    late: 2,
    refused: { "bad-hmac": 3 },
    protocol: "auto",
    speaks: "pulse",
    authenticated: true,
  },
  connection_sync: { state: "master", device: "eth1", id: 4 },
  peer: {
    role: "backup",
    state: "standby",
    alive: true,
    config_match: true,
    since: "2026-01-01T00:00:05.000Z",
    cause: "it is heard",
    paths: [{ name: "public", alive: true, last_seen_ms: 120, rtt_ms: 0.4, lost: 3 }],
  },
  vips: [{ address: "192.0.2.1/24", device: "eth0", held: true, answered_by: "02:00:00:00:00:01" }],
  services: [
    {
      name: "mail",
      state: "failed",
      since,
      cause: "start failed",
      last_error: "status 3",
      failures: 2,
    },
  ],
  virtual_servers: [
    {
      name: "web",
      protocol: "tcp",
      address: "192.0.2.1",
      port: 80,
      fwmark: 7,
      scheduler: "wlc",
      state: "up",
      last_error: "refused",
      active_connections: 12,
      inactive_connections: 345,
      real_servers: [passed],
    },
  ],
  names: [
    {
      name: "app",
      addresses: ["10.0.0.9"],
      source: "disk",
      answered: since,
      last_error: "timed out",
    },
  ],
  maintenance: [
    {
      virtual_server: "web",
      real_server: "rs1",
      order: "drain",
      by: "root",
      since,
      connections: 5,
    },
  ],
  ipvs: { in_sync: true, foreign_services: 2, last_error: "no module", drifts: 3 },
  kernel: { repairs: 4, wrong: ["rp_filter"] },
  refused: { control: { "bad-json": 6 } },
};

/** A check that has failed shows why, one that has passed how long it took; and so on. */
const variants: readonly Status[] = [
  full as Status,
  {
    ...(full as Status),
    failback: { mode: "auto", blocked_by: "an operator", in_ms: null },
    virtual_servers: full.virtual_servers.map((server) => ({
      ...(server as Status["virtual_servers"][number]),
      real_servers: [
        { ...(passed as RealServerStatus), check: { ...passed.check, last_error: null } },
      ],
    })),
  },
];

function pageOf(status: Status): string {
  const model = {
    say: sayIn("en"),
    watched: { status, at: 0, down: null, rates: null, graphs: null, events: [] },
    query: new URLSearchParams(),
    every: null,
    may: () => true,
    token: html``,
    panels: [],
  } as unknown as Model;
  return `${bannersOf(model)}${controlPanel.render(model)}`;
}

type Path = readonly (string | number)[];

function* leaves(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value !== "object" || value === null) yield path;
  else
    for (const [key, inner] of Object.entries(value))
      yield* leaves(inner, [...path, Array.isArray(value) ? Number(key) : key]);
}

/** Other values of the closed lists. */
const others: Readonly<Record<string, unknown>> = {
  role: "backup",
  state: "fault",
  "peer.role": "primary",
  "peer.state": "fault",
  commands: "daemon",
  "failback.mode": "manual",
  "services[].state": "running",
  "virtual_servers[].state": "panic",
  "virtual_servers[].real_servers[].state": "down",
  "virtual_servers[].real_servers[].tripwire": "off",
  "names[].source": "peer",
  "maintenance[].order": "disable",
};

const nameOf = (path: Path): string =>
  path.reduce<string>(
    (above, step) =>
      typeof step === "number" ? `${above}[]` : above === "" ? step : `${above}.${step}`,
    "",
  );

function changedAt(value: unknown, path: Path, name: string): unknown {
  const [step, ...rest] = path;
  if (step === undefined) {
    if (Object.hasOwn(others, name)) return others[name];
    if (typeof value === "number") return value * 4 + 17;
    if (typeof value === "boolean") return !value;
    if (value === null) return "said";
    return /^\d{4}-/.test(String(value)) ? "2027-02-02T02:02:02.000Z" : `z${value}`;
  }
  const inner = changedAt((value as Record<string | number, unknown>)[step], rest, name);
  if (Array.isArray(value)) return value.with(Number(step), inner);
  return { ...(value as object), [step]: inner };
}

describe("CONTROL/MONITORING", () => {
  it("shows every field of the status, or it is said here why not", () => {
    const seen = new Map<string, boolean>();
    for (const status of variants) {
      const page = pageOf(status);
      for (const path of leaves(status)) {
        const name = nameOf(path);
        const changed = pageOf(changedAt(status, path, name) as Status);
        seen.set(name, seen.get(name) === true || changed !== page);
      }
    }
    assert.ok(seen.size > 85, `${seen.size} fields`);
    const hidden = [...seen].filter(([, isShown]) => !isShown).map(([name]) => name);
    assert.deepEqual(hidden.sort(), Object.keys(notShown).sort());
  });

  it("has every field of the sample that the other tests use", () => {
    const known = new Set([...leaves(full)].map((path) => nameOf(path).replace(/refused\..*/, "")));
    const strange = [...leaves(sampleStatus)]
      .map((path) => nameOf(path).replace(/refused\..*/, ""))
      .filter(
        (name) =>
          ![...known].some(
            (one) => one === name || one.startsWith(`${name}.`) || one.startsWith(`${name}[`),
          ),
      );
    assert.deepEqual(
      [...new Set(strange)].filter(
        (name) =>
          !/^(?:faults|names|maintenance|vips|services|virtual_servers|kernel\.wrong)$/.test(name),
      ),
      [],
    );
  });
});
