import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ms } from "../../src/model/time.ts";
import { openSystemd } from "../../src/system/systemd.ts";
import { eventually } from "../doors/scripts.ts";

/** Stands in for systemd: a Unix datagram socket (which Node has none of) that prints what comes. */
async function listen(t: TestContext): Promise<{ socket: string; heard: () => string }> {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-notify-"));
  const socket = join(directory, "notify");
  const child = spawn("socat", ["-u", `UNIX-RECV:${socket}`, "STDOUT"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  t.after(() => {
    child.kill();
    rmSync(directory, { recursive: true, force: true });
  });
  await eventually("the socket is there", () => existsSync(socket));
  return { socket, heard: () => text };
}

test("systemd is told what it waits for, in its own words", async (t) => {
  const { socket, heard } = await listen(t);
  process.env.NOTIFY_SOCKET = socket;
  t.after(() => {
    delete process.env.NOTIFY_SOCKET;
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
    await eventually(String(words), () => words.test(heard()));
  }
  rmSync(socket);
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
