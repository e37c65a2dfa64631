/**
 * What the unit must say for the failover to hold; that systemd does accordingly is shown in
 * test/lab/service.test.ts.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { holdFile, leaveHold } from "../src/daemon/restart/restart-state.ts";
import { addMs, ms } from "../src/model/time.ts";
import { kernelBoot, now } from "../src/system/process/clock.ts";

/** What a restarting daemon would leave that asks for this much. */
function holdUntil(length: number): string {
  const place = mkdtempSync(join(tmpdir(), "lvsd-unit-"));
  leaveHold(place, addMs(now(), ms(length)));
  const hold = readFileSync(join(place, holdFile), "utf8");
  rmSync(place, { recursive: true });
  return hold;
}

const text = readFileSync(join(import.meta.dirname, "../systemd/lvsd.service"), "utf8");
const setting = (name: string): string | undefined =>
  new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1];

describe("systemd/lvsd.service", () => {
  it("runs the daemon under a user of its own with three capabilities", () => {
    const three = "CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BIND_SERVICE";
    assert.equal(setting("User"), "lvsd");
    assert.equal(setting("AmbientCapabilities"), three);
    assert.equal(setting("CapabilityBoundingSet"), three);
    assert.equal(setting("NoNewPrivileges"), "yes");
    assert.equal(setting("ProtectKernelTunables"), undefined, "lvsd sets network sysctls");
  });

  it("waits for the daemon's word and watches it", () => {
    assert.equal(setting("Type"), "notify");
    assert.match(setting("WatchdogSec") ?? "", /^[1-5]s$/);
    assert.equal(setting("WatchdogSignal"), "SIGKILL");
    assert.match(setting("ExecReload") ?? "", /-HUP \$MAINPID$/);
  });

  it("starts the daemon again for ever, but not with a configuration that is invalid", () => {
    assert.equal(setting("Restart"), "always");
    assert.equal(setting("StartLimitIntervalSec"), "0");
    assert.equal(setting("RestartPreventExitStatus"), "2");
  });

  it("leaves the daemon more time to stop than the 5 s that it may take", () => {
    assert.ok(Number.parseInt(setting("TimeoutStopSec") ?? "0", 10) > 5);
    assert.equal(setting("KillMode"), "mixed");
  });

  const cleanUp = /^-\/bin\/sh -c '(.*)'$/.exec(setting("ExecStopPost") ?? "")?.[1] ?? "";

  /** Runs the clean-up with an `ip` that only says what it was given; `hold`: until when, of what. */
  function cleanedUp(files: readonly string[], hold?: string): string {
    const place = mkdtempSync(join(tmpdir(), "lvsd-unit-"));
    const runtime = join(place, "run");
    mkdirSync(runtime);
    for (const name of files) writeFileSync(join(runtime, name), `addr del ${name}\n`);
    if (hold !== undefined) writeFileSync(join(runtime, holdFile), hold);
    writeFileSync(join(place, "ip"), '#!/bin/sh\necho "$@"; cat "$3"\n', { mode: 0o755 });
    const { stdout } = spawnSync("/bin/sh", ["-c", cleanUp], {
      encoding: "utf8",
      env: { PATH: `${place}:/usr/bin:/bin`, RUNTIME_DIRECTORY: runtime },
    });
    rmSync(place, { recursive: true });
    return stdout;
  }

  it("frees the addresses after the daemon's end", () => {
    assert.equal(
      cleanedUp(["release.batch"]),
      "-force -batch release.batch\naddr del release.batch\n",
    );
  });

  it("frees nothing in an announced restart, nor where nothing was held", () => {
    assert.equal(cleanedUp(["release.batch"], holdUntil(60_000)), "");
    assert.equal(cleanedUp([]), "");
  });

  const dead: [string, string][] = [
    ["is over", holdUntil(-1000)],
    ["is of another boot", holdUntil(60_000).replace(kernelBoot(), "0".repeat(36))],
    ["says nothing", ""],
    ["says no time", `soon\n${kernelBoot()}\n`],
  ];
  for (const [what, hold] of dead)
    it(`frees the addresses after a restart whose hold ${what}`, () => {
      assert.match(cleanedUp(["release.batch"], hold), /^-force -batch release.batch\n/);
    });

  /** The signal that a daemon has received once ExecStop has run and a SIGTERM has followed. */
  async function told(jobs: string): Promise<NodeJS.Signals | null> {
    const place = mkdtempSync(join(tmpdir(), "lvsd-unit-"));
    writeFileSync(join(place, "systemctl"), `#!/bin/sh\necho "${jobs}"\n`, { mode: 0o755 });
    const daemon = spawn("sleep", ["60"]);
    const ended = once(daemon, "exit");
    const script = /^-\+\/bin\/sh -c '(.*)'$/.exec(setting("ExecStop") ?? "")?.[1] ?? "exit 1";
    spawnSync("/bin/sh", ["-c", script.replaceAll("%n", "lvsd.service")], {
      env: { PATH: `${place}:/usr/bin:/bin`, MAINPID: `${daemon.pid}` },
    });
    daemon.kill("SIGTERM");
    const [, signal] = await ended;
    rmSync(place, { recursive: true });
    return signal;
  }

  it("tells the daemon of a restart before its end, and of nothing else", async () => {
    assert.equal(await told("1807 lvsd.service restart running"), "SIGUSR2");
    assert.equal(await told("1807 lvsd.service stop running"), "SIGTERM");
    assert.equal(await told("No jobs running."), "SIGTERM");
    assert.equal(await told("1807 xlvsd.service restart running"), "SIGTERM");
  });

  it("is accepted by systemd itself", (t) => {
    const place = mkdtempSync(join(tmpdir(), "lvsd-unit-"));
    t.after(() => rmSync(place, { recursive: true }));
    const judged = (unit: string): { status: number | null; stderr: string } => {
      writeFileSync(join(place, "lvsd.service"), unit);
      return spawnSync("systemd-analyze", ["verify", "--man=no", join(place, "lvsd.service")], {
        encoding: "utf8",
      });
    };
    const here = text.replaceAll("@prefix@/sbin/lvsd", "/bin/true");
    const ours = ({ stderr }: { stderr: string }): string[] =>
      stderr.split("\n").filter((line) => line.includes("lvsd.service"));
    assert.deepEqual(ours(judged(here)), []);
    assert.notDeepEqual(ours(judged(here.replace("WatchdogSec=", "WatchDogSec="))), []);
    assert.deepEqual(readdirSync(place), ["lvsd.service"]);
  });
});
