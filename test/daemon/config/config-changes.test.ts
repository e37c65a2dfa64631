import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigChanges } from "../../../src/daemon/config/config-changes.ts";
import { ConfigStore } from "../../../src/daemon/config/config-store.ts";
import { readWritten } from "../../../src/daemon/config/config-thread.ts";
import type { Written } from "../../../src/daemon/config/running.ts";
import type { Doors } from "../../../src/daemon/doors.ts";
import { parsePrefix } from "../../../src/model/address.ts";
import type { EventBody } from "../../../src/model/event.ts";
import type { Interface } from "../../../src/system/ip/ip.ts";

const text = (to: string): string => `routers:
  primary: { public: 192.0.2.1 }
notify: { mail: { to: ${to}, from: lvsd@example.org, smtp: 192.0.2.25 } }
virtual_servers:
  web:
    address: 192.0.2.10/24
    device: eth0
    port: 80
    real_servers:
      rs1: { address: 192.0.2.21 }
`;

const prefix = parsePrefix("192.0.2.1/24");
assert.ok(prefix !== null);
const eth0: Interface = {
  name: "eth0",
  index: 2,
  mac: null,
  up: true,
  carrier: true,
  operstate: "UP",
  addresses: [{ prefix, label: "eth0", tentative: false, expires: false, source: true }],
};

test("a file that is reloaded while the router waits for its own address is in force at once", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-changes-"));
  const path = join(directory, "lvsd.yaml");
  writeFileSync(path, text("one@example.org"));
  const written = await readWritten(path);
  assert.ok(!("problems" in written), JSON.stringify(written));
  const [loaded, events]: [Written[], EventBody[]] = [[], []];
  const changes = new ConfigChanges(written, {
    // Nothing else is asked of a machine that does not serve.
    doors: {
      stateDir: directory,
      wallClock: () => "2026-01-01T00:00:00.000Z",
      report: (event: EventBody) => events.push(event),
      ip: { readInterfaces: async () => [eth0] },
      sysctl: { read: () => "0" },
    } as unknown as Doors,
    role: null,
    error: null,
    serving: () => null,
    loaded: (next) => loaded.push(next),
  });
  t.after(async () => {
    await changes.close();
    rmSync(directory, { recursive: true });
  });
  writeFileSync(path, text("two@example.org"));
  const report = await changes.reload(false);
  assert.ok(report.ok, JSON.stringify(report));
  assert.deepEqual(
    loaded.map(({ config, files }) => [config.notify.mail?.to, files[0]?.text]),
    [[["two@example.org"], text("two@example.org")]],
  );
  assert.deepEqual(events, [], "it is reported as loaded when it serves");
  writeFileSync(path, "routers: 1\n");
  assert.equal((await changes.reload(false)).ok, false);
  assert.equal(loaded.length, 1);
  assert.equal((await changes.report()).unloaded, "routers: 1\n");
  const hash = (of: string) => createHash("sha256").update(of).digest("hex");
  const other = await changes.reload(false, hash("routers: 2\n"));
  assert.ok(!other.ok && /another one meanwhile/.test(other.problems[0]?.message ?? ""));
  assert.equal(readFileSync(path, "utf8"), "routers: 1\n");
  assert.ok((await changes.reload(false, hash("routers: 1\n"))).ok);
  assert.equal(readFileSync(path, "utf8"), text("two@example.org"));
  assert.equal(
    readFileSync(join(directory, "config-history/not-loaded.yaml"), "utf8"),
    "routers: 1\n",
  );
  assert.deepEqual([(await changes.report()).unloaded, changes.error], [undefined, null]);
  rmSync(path);
  assert.equal((await changes.reload(false)).ok, false);
  assert.equal((await changes.report()).unloaded, "", "it is gone");
  mkdirSync(path);
  assert.equal((await changes.report()).unloaded, undefined, "what cannot be read is not shown");
  rmSync(path, { recursive: true });
  assert.ok((await changes.reload(false, hash(""))).ok);
  assert.equal(readFileSync(path, "utf8"), text("two@example.org"));
  const kept = (name: string) => readFileSync(join(directory, "config-history", name), "utf8");
  assert.equal(kept("not-loaded.yaml"), "routers: 1\n", "nothing is no text to keep");
  for (const _ of ["once", "again"]) {
    writeFileSync(path, "routers: 3\n");
    assert.equal((await changes.reload(false)).ok, false);
    assert.ok((await changes.reload(false, hash("routers: 3\n"))).ok);
    assert.equal(kept("not-loaded.yaml"), "routers: 3\n");
    assert.equal(kept("not-loaded.before.yaml"), "routers: 1\n");
  }
});

test("an included file that root takes out is not brought back by a text of the history", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-changes-"));
  const path = join(directory, "lvsd.yaml");
  const including = `serial: 1\ninclude: more.yaml\n${text("one@example.org")}`;
  writeFileSync(join(directory, "more.yaml"), "virtual_servers: {}\n");
  writeFileSync(path, including);
  const written = await readWritten(path);
  assert.ok(!("problems" in written), JSON.stringify(written));
  const doors = {
    stateDir: directory,
    wallClock: () => "2026-01-01T00:00:00.000Z",
    report: () => undefined,
    ip: { readInterfaces: async () => [eth0] },
    sysctl: { read: () => "0" },
  } as unknown as Doors;
  const changes = new ConfigChanges(written, {
    doors,
    role: null,
    error: null,
    serving: () => null,
    loaded: () => undefined,
  });
  t.after(async () => {
    await changes.close();
    rmSync(directory, { recursive: true });
  });
  const store = new ConfigStore(path, directory, doors.wallClock);
  const { serial, hash } = written.config;
  const taken = `serial: 2\n${text("one@example.org")}`;
  await store.replace(including, { serial, hash, text: including });
  const back = including.replace("serial: 1", "serial: 7");
  const said = async () => {
    const next = await changes.next(back);
    return "ok" in next ? next.problems.map(({ message }) => message).join() : "";
  };
  assert.equal(await said(), "");
  writeFileSync(path, taken);
  assert.ok((await changes.reload(false)).ok);
  assert.match(await said(), /include: more\.yaml is not what is loaded/);
});
