import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runUnprivileged } from "../../../src/checks/program/unprivileged.ts";
import type { Config } from "../../../src/config/config.ts";
import { environmentOf, Fence } from "../../../src/daemon/failover/fence.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { type Ms, ms, seconds } from "../../../src/model/time.ts";
import { now } from "../../../src/system/process/clock.ts";
import { config } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const withFence = (script: string, timeout: Ms = seconds(5)): Config => {
  const plain = config();
  const command = { command: "/bin/sh", args: ["-c", script] };
  const fence = { command, timeout, onFailure: "stay", passwordFile: null } as const;
  return { ...plain, failover: { ...plain.failover, fence } };
};

async function run(configured: Config) {
  const events: EventBody[] = [];
  const done = await new Fence({
    run: runUnprivileged,
    report: (event) => events.push(event),
    now,
  }).run(configured, "backup");
  return { done, told: events.map((event) => ({ ...event, took_ms: 0 })) };
}

describe("the fence", () => {
  it("has in its environment which router to cut off", async () => {
    const plain = config();
    const { primary } = plain.routers;
    const paths = { public: primary.public, private: address("10.0.0.9") };
    assert.deepEqual(
      environmentOf({ ...plain, routers: { ...plain.routers, primary: paths } }, "backup"),
      {
        LVSD_ROLE: "backup",
        LVSD_PEER_ROLE: "primary",
        LVSD_PEER: "192.0.2.9",
        LVSD_PEER_PRIVATE: "10.0.0.9",
      },
    );
    const { done, told } = await run(withFence('echo "$LVSD_PEER is off"; echo more'));
    assert.deepEqual(done, { ok: true });
    assert.deepEqual(told[1], {
      event: "fence",
      kind: "done",
      took_ms: 0,
      output: '"192.0.2.9 is off"',
    });
  });

  it("fails with its status and the first line that it complained of", async () => {
    const { done, told } = await run(withFence("echo trying; echo no such port >&2; exit 2"));
    const cause = 'exit status 2, said "no such port"';
    assert.deepEqual(done, { ok: false, why: cause });
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ["started", "failed"],
    );
    assert.ok("cause" in (told[1] ?? {}));
  });

  it("is named in the log without its arguments, which may hold passwords", async () => {
    const { told } = await run(withFence("exit 0 # secret"));
    assert.deepEqual(told[0], { event: "fence", kind: "started", command: "/bin/sh", took_ms: 0 });
    assert.ok(!JSON.stringify(told).includes("secret"));
  });

  it("reads its password on its standard input, and fails where there is none", async (t) => {
    const place = mkdtempSync(join(tmpdir(), "lvsd-fence-"));
    t.after(() => rmSync(place, { recursive: true }));
    const passwordFile = join(place, "password");
    const plain = withFence('read line; test "$line" = passwd=secret');
    const { fence } = plain.failover;
    assert.ok(fence !== null);
    const secret = { ...plain, failover: { ...plain.failover, fence: { ...fence, passwordFile } } };
    const without = await run(secret);
    assert.match(without.done.ok ? "" : without.done.why, /^password_file: ENOENT/);
    writeFileSync(passwordFile, "passwd=secret\n");
    assert.deepEqual((await run(secret)).done, { ok: true });
  });

  it("fails at its deadline", async () => {
    const { done } = await run(withFence("sleep 60", ms(100)));
    assert.deepEqual(done, { ok: false, why: "no end within 100ms" });
  });

  it("that a reload has taken away does not hold up a takeover", async () => {
    assert.deepEqual(await run(config()), { done: { ok: true }, told: [] });
  });

  it("ends with the daemon", async () => {
    const fence = new Fence({ run: runUnprivileged, report: () => {}, now });
    const running = fence.run(withFence("sleep 60"), "backup");
    fence.close();
    assert.equal((await running).ok, false);
  });
});
