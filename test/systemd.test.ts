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
import { type Prefix, parsePrefix } from "../src/model/address.ts";
import { addMs, ms } from "../src/model/time.ts";
import { type FloatingAddress, releaseBatch } from "../src/system/ip/ip.ts";
import { kernelBoot, now } from "../src/system/process/clock.ts";

const prefixOf = (text: string): Prefix => parsePrefix(text) ?? assert.fail(text);

/** What a restarting daemon would leave that asks for this much. */
function holdUntil(length: number): string {
  const place = mkdtempSync(join(tmpdir(), "lvsd-unit-"));
  leaveHold(place, addMs(now(), ms(length)));
  const hold = readFileSync(join(place, holdFile), "utf8");
  rmSync(place, { recursive: true });
  return hold;
}

const unitText = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../systemd", name), "utf8");
const text = unitText("lvsd.service");
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

  it("is exposed no more than it must be, and neither is its runner", (t) => {
    const place = mkdtempSync(join(tmpdir(), "lvsd-unit-"));
    t.after(() => rmSync(place, { recursive: true }));
    const score = (unit: string, change = (text: string): string => text): number => {
      const file = join(place, unit);
      writeFileSync(file, change(unitText(unit).replaceAll("@prefix@", "/usr")));
      const { stdout } = spawnSync("systemd-analyze", ["security", "--offline=yes", file], {
        encoding: "utf8",
        env: { ...process.env, LC_ALL: "C.UTF-8" },
      });
      return Number(/Overall exposure level for \S+: (\d+\.\d)/.exec(stdout)?.[1]);
    };
    const weaker = score("lvsd.service", (unit) => unit.replace(/^SystemCallFilter=.*$/m, ""));
    assert.ok(weaker > 3, `the measure itself: ${weaker}`);
    assert.ok(score("lvsd.service") <= 2.3, `lvsd.service: ${score("lvsd.service")}`);
    assert.ok(score("lvsd-runner.service") <= 1.5, `runner: ${score("lvsd-runner.service")}`);
    assert.ok(score("lvsd-console.service") <= 2, `console: ${score("lvsd-console.service")}`);
  });

  it("has its runner open to the daemon alone, as a user without capabilities", () => {
    const socket = unitText("lvsd-runner.socket");
    for (const line of ["SocketUser=lvsd", "SocketMode=0600"])
      assert.match(socket, new RegExp(`^${line}$`, "m"));
    const runner = unitText("lvsd-runner.service");
    for (const line of ["User=lvsd-commands", "CapabilityBoundingSet=", "NoNewPrivileges=yes"])
      assert.match(runner, new RegExp(`^${line}$`, "m"));
    const at = /^ListenStream=(.*)$/m.exec(socket)?.[1];
    assert.equal(setting("Environment"), `LVSD_RUNNER=${at}`);
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

  const vips: readonly FloatingAddress[] = [
    { prefix: prefixOf("192.0.2.10/24"), device: "eth0", label: "eth0:1" },
    { prefix: prefixOf("2001:db8::10/64"), device: "bond0.100", label: null },
  ];
  /** What the daemon writes, and what whoever can write there would like to have done. */
  const released = releaseBatch(vips);
  const strange = [
    "netns exec /bin/sh -c id",
    "vrf exec red /bin/sh",
    "route del default",
    "addr add 192.0.2.66/24 dev eth0",
    "addr flush dev eth0",
    "addr del 192.0.2.9/24 dev eth0 label x; link set eth0 down",
    // The router's own addresses, one of them with a host's prefix; of the loopback device; absent.
    "addr del 192.0.2.9/24 dev eth0",
    "addr del 192.0.2.9 dev eth0",
    "addr del 192.0.2.8/32 dev eth0",
    "addr del 2001:db8::9/64 dev eth0",
    "addr del 2001:db8::8/128 dev eth0",
    "addr del 127.0.0.1/8 dev lo",
    "addr del 127.0.0.9/32 dev lo",
    "addr del ::1/128 dev lo",
    "addr del 192.0.2.77/32 dev eth0",
    "addr del 192.0.2.10/32 dev bond0.100",
    // One end of a line that has two.
    "addr del 192.0.2.7 dev ppp0",
    "addr del 192.0.2.9/24 dev ../../eth0",
    " addr del 192.0.2.9/24 dev eth0",
    "addr del 192.0.2.9/24 dev eth0 \\",
    "netns add addr del 192.0.2.9/24 dev eth0",
    "",
  ].join("\n");

  /** What `ip -o addr show` says: the two VIPs and addresses that are none. */
  const present = String.raw`1: lo    inet 127.0.0.1/8 scope host lo\       valid_lft forever preferred_lft forever
1: lo    inet 127.0.0.9/32 scope host lo\       valid_lft forever preferred_lft forever
1: lo    inet6 ::1/128 scope host \       valid_lft forever preferred_lft forever
2: eth0    inet 192.0.2.10/32 scope host eth0:1\       valid_lft forever preferred_lft forever
2: eth0    inet 192.0.2.9/24 brd 192.0.2.255 scope global eth0\       valid_lft forever preferred_lft forever
2: eth0    inet 192.0.2.8/32 scope global eth0\       valid_lft forever preferred_lft forever
2: eth0    inet6 2001:db8::9/64 scope global nodad deprecated \       valid_lft forever preferred_lft 0sec
2: eth0    inet6 2001:db8::8/128 scope global nodad \       valid_lft forever preferred_lft forever
3: ppp0    inet 192.0.2.7 peer 192.0.2.6/32 scope host ppp0\       valid_lft forever preferred_lft forever
4: bond0.100    inet6 2001:db8::10/128 scope global dynamic nodad deprecated \       valid_lft 9sec preferred_lft 0sec
`;

  /** Runs the clean-up with an `ip` that only says what it was given; `hold`: until when, of what. */
  function cleanedUp(files: readonly string[], hold?: string): string {
    const place = mkdtempSync(join(tmpdir(), "lvsd-unit-"));
    const runtime = join(place, "run");
    mkdirSync(runtime);
    for (const name of files) writeFileSync(join(runtime, name), released + strange);
    if (hold !== undefined) writeFileSync(join(runtime, holdFile), hold);
    writeFileSync(join(place, "present"), present);
    const ip = `#!/bin/sh\ntest "$1" = -o && exec cat ${place}/present\necho "$@"; cat\n`;
    writeFileSync(join(place, "ip"), ip, { mode: 0o755 });
    const { stdout } = spawnSync("/bin/sh", ["-c", cleanUp], {
      encoding: "utf8",
      env: { PATH: `${place}:/usr/bin:/bin`, RUNTIME_DIRECTORY: runtime },
    });
    rmSync(place, { recursive: true });
    return stdout;
  }

  it("frees the addresses after the daemon's end, and does nothing else that stands there", () => {
    assert.equal(cleanedUp(["release.batch"]), `-force -batch -\n${released}`);
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
      assert.match(cleanedUp(["release.batch"], hold), /^-force -batch -\naddr del 2001:db8::10/);
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

  it("announces a restart to the daemon before its end, and nothing else", async () => {
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
