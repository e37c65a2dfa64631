import { existsSync, readFileSync } from "node:fs";
import { FailoverService } from "../actors/failover-service.ts";
import type { Router } from "../actors/router.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { keyFile, Lab } from "../lab.ts";
import { output } from "../machine/pipe.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Takes IPVS out of a kernel that is the story's own. */
async function removeIpvs(): Promise<void> {
  if (!existsSync("/proc/net/ip_vs")) return;
  if (!readFileSync("/proc/cpuinfo", "utf8").includes("User Mode Linux"))
    throw new Error("this story takes IPVS away: it needs a kernel of its own or one without");
  const names = readFileSync("/proc/modules", "utf8").match(/^ip_vs_\w+/gm) ?? [];
  await output("rmmod", ...names, "ip_vs");
  await output("sh", "-c", "echo /bin/false >/proc/sys/kernel/modprobe");
  expect(!existsSync("/proc/net/ip_vs"), "the kernel has no IPVS");
}

/** No word of IPVS, and nothing that an operator would have to look into. */
function expectQuiet(router: Router): void {
  const loud = router
    .events()
    .filter(({ event, severity }) => event === "ipvs" || severity === "error")
    .map(({ message }) => message);
  expect(loud.length === 0, `${router.name} says nothing of IPVS: ${loud.slice(0, 3).join("; ")}`);
}

/** Both routers with the service, without a VIP, and with nothing to balance. */
async function startAlone(lab: Lab, service: FailoverService): Promise<void> {
  lab.configurePair();
  const { routers } = lab.addresses;
  for (const router of lab.routers) {
    router.configure({
      routers: { primary: routers.r1, backup: routers.r2 },
      heartbeat: { key_file: keyFile, ...Lab.brisk },
      failover: { failback: "manual", services: { mail: service.config() } },
    });
    const here = await router.lvsd("check", "--here");
    expect(here.status === 0, `check --here does not miss IPVS: ${here.stderr}`);
  }
  await Promise.all([lab.r1.start(), lab.r2.start()]);
  await service.runsOn(lab.r1, lab.r2, 20_000);
  const { faults, ipvs } = await seesIt(lab.r1, "running");
  expect(faults.length === 0 && ipvs.in_sync, "r1 is fit");
  await rests(lab.r2);
  const onR2 = service.diary().flatMap(({ router, what }) => (router === "r2" ? what : []));
  expect(onR2.join() === "stop,stop-ended", `r2 made certain of that: ${onR2}`);
}

const seesIt = (router: Router, state: string) =>
  router.sees(`the service is ${state} on ${router.name}`, 15_000, ({ services: [mail] }) => {
    return mail?.state === state;
  });

const rests = (router: Router) =>
  router.sees(`${router.name} is standby and has stopped it`, 15_000, (status) => {
    return status.services[0]?.state === "stopped" && status.state === "standby";
  });

async function powerOff(lab: Lab, service: FailoverService): Promise<number> {
  const from = service.diary().length;
  const cut = lab.now();
  await lab.r1.powerOff();
  await waitFor("the service is started on r2", 10_000, () =>
    service.story(from).startsWith("r2 start"),
  );
  const power = lab.now() - cut;
  lab.say(`power off: r2 starts the service ${power.toFixed(0)} ms later`);
  await lab.r1.powerOn();
  await lab.r1.start();
  await rests(lab.r1);
  return power;
}

/** For how many ms the service ran on both. */
async function switchOver(lab: Lab, service: FailoverService): Promise<number> {
  const from = service.diary().length;
  const answer = await lab.r2.switchover();
  expect(answer.ok, `the switchover is done: ${JSON.stringify(answer)}`);
  await service.runsOn(lab.r1, lab.r2, 5000);
  await waitFor("the start has ended", 5000, () => service.story(from).endsWith("start-ended"));
  expect(
    service.story(from) === "r2 stop, r2 stop-ended, r1 start, r1 start-ended",
    `it stops before it starts: ${service.story(from)}`,
  );
  const at = (what: string): number =>
    service.diary().findLast((entry) => entry.what === what)?.at ?? Number.NaN;
  lab.say(`switchover: ${((at("start-ended") - at("stop")) * 1000).toFixed(0)} ms without it`);
  return Math.max(0, at("stop-ended") - at("start")) * 1000;
}

/** How many commands a restart of lvsd costs the service. */
async function restart(lab: Lab, service: FailoverService): Promise<number> {
  const pid = service.pid(lab.r1);
  await seesIt(lab.r1, "running");
  const from = service.diary().length;
  const { started } = await lab.r1.status();
  const restarted = await lab.r1.restart();
  expect(restarted.ok, `the restart is taken: ${JSON.stringify(restarted)}`);
  await lab.r1.sees("the next process serves", 15_000, (status) => {
    const [mail] = status.services;
    return status.started !== started && status.state === "active" && mail?.state === "running";
  });
  const commands = service.diary().length - from;
  expect(service.pid(lab.r1) === pid, "lvsd restart leaves the service alone");
  lab.say(`lvsd restart: ${commands} commands, the service has kept its pid`);
  return commands;
}

async function killAndStop(lab: Lab, service: FailoverService): Promise<void> {
  let from = service.diary().length;
  lab.r1.kill();
  await service.runsOn(lab.r2, lab.r1, 10_000);
  await rests(lab.r1);
  lab.say(`kill -9: ${service.story(from)}`);
  from = service.diary().length;
  await lab.r2.stop();
  await service.runsOn(lab.r1, lab.r2, 5000);
  expect(service.story(from).startsWith("r2 stop, r2 stop-ended"), service.story(from));
  await lab.r1.stop();
  expect(service.pid(lab.r1) === null, "the last one leaves nothing running");
}

export default scenario({
  title:
    "a service alone, without VIP or virtual server, in a kernel without IPVS, runs where it should",
  topology: natPair,
  ownMachine: true,
  goals: {
    power: { what: "power off: until the service is started", unit: "ms", atMost: 1500 },
    overlap: { what: "switchover: runs on both for", unit: "ms", atMost: 0, exact: true },
    restarted: {
      what: "lvsd restart: commands of the service",
      unit: "changes",
      atMost: 0,
      exact: true,
    },
  },
  limitSeconds: 90,
  async play(lab) {
    await removeIpvs();
    const service = new FailoverService("mail");
    await startAlone(lab, service);
    const power = await powerOff(lab, service);
    const overlap = await switchOver(lab, service);
    const restarted = await restart(lab, service);
    await killAndStop(lab, service);
    for (const router of lab.routers) expectQuiet(router);
    return { power, overlap, restarted };
  },
});
