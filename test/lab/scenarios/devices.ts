import type { Client } from "../actors/client.ts";
import { mislead, told } from "../actors/neighbour.ts";
import type { Router } from "../actors/router.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { output } from "../machine/pipe.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Public: a VLAN on a bond of two cables. Private: a bridge. */
const [vlan, bridge, tag] = ["bond0.26", "br0", 26] as const;

const ip = (router: Router, ...words: readonly string[]): Promise<string> =>
  output("ip", "-n", router.name, ...words);

async function batch(namespace: string, lines: readonly string[]): Promise<void> {
  for (const line of lines) await output("ip", "-n", namespace, ...line.split(" "));
}

/** Gives a router's public cable a twin, and the switch's ends a VLAN. */
async function attachToTrunks({ network }: Lab, { name }: Router): Promise<void> {
  const { port } = network.link(name, "public");
  const twin = `${port}2`;
  const trunk = (each: string): string[] => [
    `link add link ${each} name ${each}.${tag} type vlan id ${tag}`,
    `link set ${each}.${tag} master br-pub`,
    `link set ${each}.${tag} up`,
  ];
  await batch("lan", [
    `link add ${twin} type veth peer name eth2 netns ${name}`,
    `link set ${twin} up`,
    `link set ${port} nomaster`,
    ...trunk(port),
    ...trunk(twin),
  ]);
}

const vlanLines = (address: string): string[] => [
  `link add link bond0 name ${vlan} type vlan id ${tag}`,
  `link set ${vlan} up`,
  `addr add ${address} dev ${vlan}`,
];

const bridgeLines = (address: string): string[] => [
  `link add ${bridge} type bridge forward_delay 0`,
  `link set eth1 master ${bridge}`,
  `link set ${bridge} up`,
  `addr add ${address} dev ${bridge}`,
];

const own = ({ network }: Lab, { name }: Router, net: "public" | "private"): string =>
  network.link(name, net).address;

async function stack(lab: Lab, router: Router): Promise<void> {
  await attachToTrunks(lab, router);
  await batch(router.name, [
    "addr flush dev eth0",
    "addr flush dev eth1",
    "link add bond0 type bond mode active-backup miimon 20",
    ...["eth0", "eth2"].flatMap((each) => [
      `link set ${each} down`,
      `link set ${each} master bond0`,
    ]),
    "link set bond0 up",
    ...vlanLines(own(lab, router, "public")),
    ...bridgeLines(own(lab, router, "private")),
  ]);
}

/** The router's public cables: the first, or the twin, or both. */
function cables(lab: Lab, router: Router, which: "first" | "both", state: "up" | "down") {
  const { port } = lab.network.link(router.name, "public");
  const ports = which === "first" ? [port] : [port, `${port}2`];
  return batch(
    "lan",
    ports.map((each) => `link set ${each} ${state}`),
  );
}

const faulty = (lab: Lab, device: string): Promise<unknown> =>
  lab.r1.sees(`r1 names ${device}`, 5000, ({ state, faults }) => {
    return (
      state === "fault" && faults.some(({ kind, subject }) => kind === "link" && subject === device)
    );
  });

/** r2 serves after what happened to r1; then r1 is mended and serves again. */
async function handsOver(lab: Lab, device: string, mend: () => Promise<void>): Promise<void> {
  await lab.r2.reaches("active", 2000);
  await faulty(lab, device);
  expect(!lab.r1.holds(lab.addresses.vip), "r1 holds nothing");
  await mend();
  await lab.settled();
  lab.say(`${device}: r2 took over at once, and r1 serves again`);
}

const index = async (router: Router, device: string): Promise<number> =>
  JSON.parse(await ip(router, "-j", "link", "show", device))[0].ifindex;

/** Both routers hear each other on both paths. */
const heard = (lab: Lab): Promise<unknown> =>
  Promise.all(
    lab.routers.map((router) =>
      router.sees("both paths are alive", 5000, ({ peer }) =>
        (peer?.paths ?? []).every(({ alive }) => alive),
      ),
    ),
  );

/** Client outages in ms, of the VLAN's and of the bridge's deletion. */
async function deletedAndMadeAnew(lab: Lab, client: Client): Promise<[number, number]> {
  const outages: number[] = [];
  for (const [device, net, lines] of [
    [vlan, "public", vlanLines],
    [bridge, "private", bridgeLines],
  ] as const) {
    const before = await index(lab.r1, device);
    client.mark();
    await ip(lab.r1, "link", "del", device);
    await lab.r2.reaches("active", 2000);
    await lab.served(client);
    outages.push((await client.report()).outage);
    await handsOver(lab, device, () => batch("r1", lines(own(lab, lab.r1, net))));
    expect((await index(lab.r1, device)) !== before, "it has another number");
    await heard(lab);
  }
  const [vlanGone = Number.NaN, bridgeGone = Number.NaN] = outages;
  return [vlanGone, bridgeGone];
}

/** The router's own address goes, and the VIPs of its network with it; then it is put back. */
async function ownAddressRemoved(lab: Lab): Promise<void> {
  const { vip } = lab.addresses;
  await ip(lab.r1, "addr", "del", own(lab, lab.r1, "public"), "dev", vlan);
  await lab.r2.sees("the public path is dead", 5000, ({ peer }) =>
    (peer?.paths ?? []).some(({ name, alive }) => name === "public" && !alive),
  );
  await waitFor("the VIP is put back", 2000, () => lab.r1.holds(vip));
  await ip(lab.r1, "addr", "add", own(lab, lab.r1, "public"), "dev", vlan);
  await heard(lab);
  expect(lab.holder() === lab.r1, "r1 served all along");
}

/** A neighbour is told at once of a device's new hardware address; after how many ms. */
async function hardwareAddressChanged(lab: Lab): Promise<number> {
  const { vip } = lab.addresses;
  await mislead("observer", vip, lab.network.link("r1", "public").mac);
  const mac = "02:00:00:00:01:61";
  await ip(lab.r1, "link", "set", vlan, "address", mac);
  return told("observer", vip, mac, 5000);
}

/** The stranger watch hears what comes in by the new device. */
async function strangerHeard(lab: Lab): Promise<void> {
  const { vip } = lab.addresses;
  const said = ["arping", "-q", "-U", "-c", "1", "-I", "eth0", vip];
  await batch("observer", [`addr add ${vip}/24 dev eth0`]);
  await output("ip", "netns", "exec", "observer", ...said);
  await waitFor("the event names the new device", 5000, () =>
    lab.r1.events().some(({ event, kind, message }) => {
      return event === "vip" && kind === "stranger" && message.includes(vlan);
    }),
  );
  await batch("observer", [`addr del ${vip}/24 dev eth0`]);
}

export default scenario({
  title: "VIPs on a VLAN over a bond and on a bridge: what fails, goes away and comes back is seen",
  topology: natPair,
  goals: {
    slave: { what: "one cable of a bond fails: client outage", unit: "ms", atMost: 300 },
    bond: { what: "the bond loses all cables: client outage", unit: "ms", atMost: 300 },
    vlan: { what: "the VLAN is deleted: client outage", unit: "ms", atMost: 300 },
    bridge: { what: "the bridge is deleted: client outage", unit: "ms", atMost: 300 },
    mac: { what: "its hardware address changes: neighbours know after", unit: "ms", atMost: 300 },
  },
  limitSeconds: 150,
  async play(lab) {
    for (const router of lab.routers) await stack(lab, router);
    const { vip, natRouter, length } = lab.addresses;
    // Slow to judge death: only what is seen on the devices can be fast.
    await lab.startPair({
      heartbeat: { interval: "100ms", dead_after: "3s" },
      failover: { failback_delay: "1s" },
      web: { address: `${vip}/${length}`, device: vlan },
      top: { nat_router: { address: `${natRouter}/${length}`, device: bridge } },
    });
    const client = await lab.startClient();
    await cables(lab, lab.r1, "first", "down");
    await lab.stays(1500, "r1 serves on the other cable", async () => {
      return (await lab.r1.status()).faults.length === 0 && lab.holder() === lab.r1;
    });
    await lab.served(client);
    const slave = (await client.report()).outage;
    client.mark();
    await cables(lab, lab.r1, "both", "down");
    await lab.r2.reaches("active", 2000);
    await lab.served(client);
    const bond = (await client.report()).outage;
    await handsOver(lab, vlan, () => cables(lab, lab.r1, "both", "up"));
    lab.network.carrier("r1", "private", "down");
    await handsOver(lab, bridge, async () => lab.network.carrier("r1", "private", "up"));
    await lab.served(client);
    const [vlanGone, bridgeGone] = await deletedAndMadeAnew(lab, client);
    await ownAddressRemoved(lab);
    const mac = await hardwareAddressChanged(lab);
    await strangerHeard(lab);
    const figures = { slave, bond, vlan: vlanGone, bridge: bridgeGone, mac };
    lab.say(`outages in ms: ${JSON.stringify(figures)}`);
    return figures;
  },
});
