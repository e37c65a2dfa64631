import { rmSync, writeFileSync } from "node:fs";
import type { Router } from "../actors/router.ts";
import { besideAStart, type Fault, faultStory, handedOver, untouched } from "../faults/fault.ts";
import { expect } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { output } from "../machine/pipe.ts";

const places = (router: Router) => [router.runDirectory, router.stateDirectory];
const filler = "filler";

/** Run and state directory of both routers become disks of 128 KiB each. */
async function giveDisks(lab: Lab): Promise<void> {
  for (const place of lab.routers.flatMap(places)) {
    await output("mount", "-t", "tmpfs", "-o", "size=128k", "lab", place);
    lab.endWith(async () => void (await output("umount", "--lazy", place)));
  }
}

/** To the last byte: in pages first, then what is left. */
function fill(router: Router): void {
  for (const place of places(router))
    for (const bytes of [4096, 1])
      for (let full = false; !full; )
        try {
          writeFileSync(`${place}/${filler}`, Buffer.alloc(bytes), { flag: "a" });
        } catch {
          full = true;
        }
}

function empty(_lab: Lab, router: Router): void {
  for (const place of places(router)) rmSync(`${place}/${filler}`);
}

const remount = (router: Router, mode: "ro" | "rw"): Promise<string> =>
  output("mount", "-o", `remount,${mode}`, router.runDirectory);

/** Another virtual server must be remembered on the disk before it is programmed. */
async function reloadOnFullDisk(lab: Lab, struck: Router): Promise<void> {
  fill(struck);
  const { vip, length, realServers } = lab.addresses;
  const more = {
    address: `${vip}/${length}`,
    device: "eth0",
    port: 81,
    real_servers: { rs1: { address: realServers[0] } },
  };
  lab.rewrite({ ...pair, virtualServers: { more } });
  for (const router of lab.routers) {
    const answer = await router.reload();
    expect(answer.ok, `the reload is taken: ${JSON.stringify(answer)}`);
  }
  expect(struck.log().includes("ENOSPC"), "the log tells of the full disk");
}

const pair = {
  heartbeat: { interval: "100ms", dead_after: "400ms" },
  failover: { failback: "manual" },
};

const faults: Record<string, Fault> = {
  reload: {
    what: "disk full on the active router, and a reload",
    bounds: untouched,
    vips: "stay",
    strike: reloadOnFullDisk,
    shows: ({ state, virtual_servers }) => state === "active" && virtual_servers.length === 2,
    mend: empty,
  },
  fullSwitchover: {
    what: "disk full on the active router, and a switchover",
    bounds: handedOver,
    vips: "move",
    async strike(_lab, struck) {
      fill(struck);
      await struck.switchover();
    },
    mend: empty,
  },
  fullStart: {
    what: "disk full when the standby starts",
    bounds: besideAStart,
    on: "standby",
    vips: "stay",
    async strike(_lab, struck) {
      await struck.stop();
      fill(struck);
      await struck.start();
    },
    shows: ({ state }) => state === "standby",
    mend: empty,
  },
  readOnly: {
    what: "/run read-only on the active router, and a switchover",
    bounds: handedOver,
    vips: "move",
    async strike(_lab, struck) {
      await remount(struck, "ro");
      await struck.switchover();
    },
    shows: ({ state }) => state === "standby",
    mend: (_lab, struck) => remount(struck, "rw"),
  },
  readOnlyStart: {
    what: "/run read-only when the standby starts",
    bounds: besideAStart,
    on: "standby",
    vips: "stay",
    async strike(_lab, struck) {
      await remount(struck, "ro");
      await struck.stop();
      struck.launch();
    },
    // It cannot open its control socket and is started again until it can.
    mend: (_lab, struck) => remount(struck, "rw"),
  },
};

export default faultStory("a disk is full or read-only: the VIPs stay where they are", faults, {
  options: pair,
  prepare: giveDisks,
});
