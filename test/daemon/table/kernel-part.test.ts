/** The kernel's settings as a part of the daemon, against a directory that stands for /proc/sys. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { Running } from "../../../src/daemon/config/running.ts";
import type { Doors } from "../../../src/daemon/doors.ts";
import { nothingLeft } from "../../../src/daemon/restart/restart-state.ts";
import { KernelPart } from "../../../src/daemon/table/kernel-part.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { openSysctl } from "../../../src/system/file/sysctl.ts";
import { now } from "../../../src/system/process/clock.ts";
import { accepted, readText, soundText } from "../../config/texts.ts";
import { MemoryKernel } from "./memory-kernel.ts";

const forward = "net/ipv4/ip_forward";
const sound = accepted(readText(soundText));

function part(t: TestContext, value: string) {
  const root = mkdtempSync(join(tmpdir(), "lvsd-kernel-part-"));
  mkdirSync(dirname(join(root, forward)), { recursive: true });
  writeFileSync(join(root, forward), `${value}\n`);
  const running = (sysctl: "auto" | "manual") =>
    ({ role: "primary", config: { ...sound, timeouts: null, sysctl } }) as unknown as Running;
  const doors = {
    sysctl: openSysctl(root),
    ipvsadm: new MemoryKernel(),
    packetFilter: { installed: () => false },
    report: () => {},
    now,
  };
  let present = running("auto");
  const made = new KernelPart({
    doors: doors as unknown as Doors,
    running: () => present,
    faultsChanged: () => {},
    missingChanged: () => {},
  });
  t.after(async () => {
    await made.close();
    rmSync(root, { recursive: true, force: true });
  });
  /** As a reload does it: every part takes the configuration over, and then settles. */
  const reload = async (next: Running, before: Running): Promise<void> => {
    present = next;
    await made.configure(next, before);
  };
  const forwarding = (): string => readFileSync(join(root, forward), "utf8").trim();
  return { made, running, reload, forwarding };
}

describe("the kernel's settings as a part of the daemon", () => {
  it("are set by the first configuration and put back at the end", async (t) => {
    const { made, running, forwarding } = part(t, "0");
    await made.configure(running("auto"), null);
    assert.equal(forwarding(), "1");
    await made.close();
    await made.stop();
    assert.equal(forwarding(), "0");
  });

  it("are put back to what they were before the process that this one followed", async (t) => {
    const { made, running, forwarding } = part(t, "1");
    made.recall({ ...nothingLeft.memory, sysctls: { [forward]: "0" } });
    await made.configure(running("auto"), null);
    assert.equal(made.remember().sysctls[forward], "0", "and the next one is to know it too");
    await made.close();
    await made.stop();
    assert.equal(forwarding(), "0");
  });

  it("are put back by a reload once nothing needs them, and only then", async (t) => {
    const { made, running, reload, forwarding } = part(t, "0");
    const all = running("auto");
    await made.configure(all, null);
    await reload(all, all);
    made.restoreUnneeded();
    assert.equal(forwarding(), "1");
    const { config } = all;
    const servers = accepted(readText(soundText))
      .virtualServers.slice(0, 1)
      .map((server) => ({
        ...server,
        address: "fd26::10" as IpAddress,
        mark: null,
        realServers: [],
      }));
    const only6 = { ...all, config: { ...config, virtualServers: servers } };
    await reload(only6, all);
    assert.equal(forwarding(), "1", "what is given up only now may still need it");
    made.restoreUnneeded();
    assert.equal(forwarding(), "0", "IPv6 alone needs none of IPv4");
    await reload(all, only6);
    assert.equal(forwarding(), "1");
  });

  it("are given up by a reload that says so", async (t) => {
    const { made, running, forwarding } = part(t, "0");
    await made.configure(running("auto"), null);
    await made.configure(running("manual"), running("auto"));
    assert.equal(forwarding(), "0");
  });
});
