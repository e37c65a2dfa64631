import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ms } from "../../../src/model/time.ts";
import { openSystemd } from "../../../src/system/process/systemd.ts";
import { NotifySocket } from "../../lab/actors/notify.ts";
import { eventually } from "../scripts.ts";

test("systemd is notified of what it waits for, in its own words", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-notify-"));
  const heard = new NotifySocket(join(directory, "notify"));
  process.env.NOTIFY_SOCKET = heard.path;
  t.after(() => {
    delete process.env.NOTIFY_SOCKET;
    heard.close();
    rmSync(directory, { recursive: true });
  });
  const environment = { ...process.env, WATCHDOG_USEC: "2000000" };
  const systemd = await openSystemd(environment);
  const steps: [() => void, RegExp][] = [
    [systemd.ready, /READY=1\nWATCHDOG_USEC=2000000$/],
    [systemd.reloading, /RELOADING=1\nMONOTONIC_USEC=\d{6,}$/],
    [() => systemd.status("active\nsince noon"), /STATUS=active since noon$/],
    [systemd.feed, /WATCHDOG=1$/],
    [() => systemd.restarting(ms(10_000)), /STATUS=restarting\nWATCHDOG_USEC=10000000$/],
    [systemd.ready, /READY=1\nWATCHDOG_USEC=2000000$/],
    [systemd.stopping, /STOPPING=1$/],
  ];
  for (const [say, words] of steps) {
    say();
    await eventually(String(words), () => words.test(heard.last));
  }
  rmSync(heard.path);
  systemd.feed();
});

test("without systemd every word is nothing and there is no watchdog", async () => {
  const systemd = await openSystemd({ WATCHDOG_USEC: "1000000" });
  assert.equal(systemd.watchdogWithin, null);
  systemd.ready();
  systemd.reloading();
  systemd.status("text");
  systemd.feed();
  systemd.stopping();
});

test("the watchdog is ours when its length is one and its process is this one", async () => {
  const cases: [Record<string, string>, number | null][] = [
    [{ WATCHDOG_USEC: "2500000" }, 2500],
    [{ WATCHDOG_USEC: "2500000", WATCHDOG_PID: String(process.pid) }, 2500],
    [{ WATCHDOG_USEC: "2500000", WATCHDOG_PID: "1" }, null],
    [{ WATCHDOG_USEC: "0" }, null],
    [{ WATCHDOG_USEC: "soon" }, null],
    [{}, null],
  ];
  for (const [environment, within] of cases) {
    const systemd = await openSystemd({ NOTIFY_SOCKET: "/nowhere", ...environment });
    assert.equal(systemd.watchdogWithin, within, JSON.stringify(environment));
  }
});
