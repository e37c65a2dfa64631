/**
 * The story of checks that go through IPVS (`via: service`), for any forwarding method and family:
 * a real server that answers, but not for the VIP, is found out.
 */

import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { output } from "../machine/pipe.ts";
import { placesOf, type Topology } from "../machine/topology.ts";
import type { Router } from "./router.ts";

/** Spoils a real server for the clients alone, and mends it. */
async function spoil(lab: Lab, name: string, whole: boolean): Promise<void> {
  const { topology } = lab.network;
  const six = topology.family === 6 ? ["-6"] : [];
  const ip = (...words: readonly string[]) => output("ip", ...six, "-n", name, ...words);
  if (topology.forwarding === "direct") {
    const host = `${lab.addresses.vip}/${topology.family === 6 ? 128 : 32}`;
    await ip("addr", whole ? "add" : "del", host, "dev", "lo");
    return;
  }
  const gateway = placesOf(topology).find((place) => place.name === name)?.gateway ?? "";
  const elsewhere = lab.addresses.realServers[0] ?? "";
  await ip("route", "replace", "default", "via", whole ? gateway : elsewhere);
}

export async function playViaService(lab: Lab, topology: Topology): Promise<void> {
  const rhythm = { interval: "500ms", timeout: "1s", fall: 2 };
  const through = { ...rhythm, via: "service" };
  const check = [
    { type: "http", path: "/", ...through },
    { type: "tcp", ...rhythm },
  ];
  // The way of packets is what counts here, however slow the machine is meanwhile.
  const heartbeat = { interval: "500ms", dead_after: "5s" };
  await lab.startPair({ heartbeat, web: { check } });
  const client = await lab.startClient();
  const changes = () =>
    lab.routers
      .flatMap((router) => router.events())
      .flatMap((each) => (each.event === "real_server" && each.kind === "down" ? [each] : []));
  const state = (wanted: string) =>
    lab.r1.sees(`rs2 is ${wanted}`, 15_000, ({ virtual_servers }) => {
      return virtual_servers[0]?.real_servers[1]?.state === wanted;
    });
  const throughService = (router: Router) =>
    waitFor("a probe goes through the service", 20_000, async () => {
      const { stdout } = await router.lvsd("probe", "web", "rs1");
      return stdout.includes("through the service");
    });
  await throughService(lab.r1);
  lab.say("checks go through the service");
  const { ipvs } = await lab.r1.status();
  expect(
    ipvs.foreign_services === 0 && ipvs.drifts === 0,
    `nothing strange: ${JSON.stringify(ipvs)}`,
  );
  const saved = await lab.r1.lvsd("ipvs", "save");
  expect(!saved.stdout.includes(" -f "), `private services are not saved: ${saved.stdout}`);
  const inKernel = () => lab.r1.table().filter(({ name }) => name.startsWith("fwmark")).length;
  expect(inKernel() === 3, `one private service for each real server: ${inKernel()}`);
  expect(changes().length === 0, `nobody was down: ${JSON.stringify(changes())}`);

  await spoil(lab, "rs2", false);
  await state("down");
  const [down] = changes();
  lab.say(`${topology.forwarding} IPv${topology.family}: ${down?.cause}`);
  expect(/^http: /.test(down?.cause ?? ""), `the way through IPVS says it: ${down?.cause}`);
  await lab.served(client);
  client.mark();
  await spoil(lab, "rs2", true);
  await state("up");

  lab.say("found down, and up again");
  await lab.r1.powerOff();
  await lab.r2.reaches("active", 15_000);
  await lab.served(client);
  await throughService(lab.r2);
  const before = changes().length;
  await lab.stays(900, "the new active router finds all well", () => changes().length === before);
  await spoil(lab, "rs3", false);
  await waitFor("r2 finds rs3 out", 15_000, () => changes().length === before + 1);
  await spoil(lab, "rs3", true);
}
