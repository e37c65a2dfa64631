/**
 * Builds a topology in this kernel: namespaces, cables, bridges, addresses; and damages it.
 *
 * The bridges live in a namespace of their own, `lan`; the far end of every cable is a port there,
 * so that carrier, isolation and loss are the switch's doing and no router sees why.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { setSysctls } from "./namespace.ts";
import { feed, IpPipe, output } from "./pipe.ts";
import { type Link, type NetName, type Place, placesOf, type Topology } from "./topology.ts";

const bridgeOf: Readonly<Record<NetName, string>> = { public: "br-pub", private: "br-priv" };

/** What netem does to a direction of a cable. Percentages; `delayMs` one way. */
export interface Impairment {
  readonly loss?: number;
  readonly delayMs?: number;
  readonly duplicate?: number;
}

const rank = ({ net }: Link): number => (net === "public" ? 1 : 0);

/** `in` is towards the machine, `out` away from it. */
export type Direction = "in" | "out" | "both";

export class Network {
  readonly topology: Topology;
  readonly places: readonly Place[];
  readonly #switch: IpPipe;

  private constructor(topology: Topology, places: readonly Place[]) {
    this.topology = topology;
    this.places = places;
    this.#switch = new IpPipe("lan");
  }

  static async build(topology: Topology): Promise<Network> {
    const places = placesOf(topology);
    const names = ["lan", ...places.map((place) => place.name)];
    await feed("ip", ["-batch", "-"], names.map((name) => `netns add ${name}\n`).join(""));
    setSysctls("lan", { "ipv6/conf/default/disable_ipv6": 1 });
    const bridges = Object.values(bridgeOf).flatMap((bridge) => [
      `link add ${bridge} type bridge forward_delay 0 mcast_snooping 0`,
      `link set ${bridge} up promisc on`,
    ]);
    const cables = places.flatMap((place) =>
      place.links.flatMap((link) => cable(place.name, link)),
    );
    await feed("ip", ["-n", "lan", "-batch", "-"], `${[...bridges, ...cables].join("\n")}\n`);
    await Promise.all(places.map(configure));
    return new Network(topology, places);
  }

  place(name: string): Place {
    const place = this.places.find((candidate) => candidate.name === name);
    if (place === undefined) throw new Error(`the topology has no machine ${name}`);
    return place;
  }

  link(name: string, net: NetName): Link {
    const link = this.place(name).links.find((candidate) => candidate.net === net);
    if (link === undefined) throw new Error(`${name} is not attached to the ${net} network`);
    return link;
  }

  /** Who has this MAC address, by the machine's name; the MAC itself for a stranger's. */
  ownerOf(mac: string): string {
    const owner = this.places.find((place) => place.links.some((link) => link.mac === mac));
    return owner?.name ?? mac;
  }

  /** Pulls or plugs the cable at the switch: the machine loses or regains its carrier. */
  carrier(name: string, net: NetName, state: "up" | "down"): void {
    this.#switch.tell(`link set ${this.link(name, net).port} ${state}`);
  }

  /** The routers no longer reach each other on this network; everybody else reaches both. */
  part(net: NetName, machines: readonly string[] = ["r1", "r2"]): void {
    this.#isolate(net, machines, "on");
  }

  heal(net: NetName, machines: readonly string[] = ["r1", "r2"]): void {
    this.#isolate(net, machines, "off");
  }

  #isolate(net: NetName, machines: readonly string[], state: "on" | "off"): void {
    this.#switch.tell(
      ...machines.map(
        (name) => `link set ${this.link(name, net).port} type bridge_slave isolated ${state}`,
      ),
    );
  }

  /** Whatever the machine says or is told is lost in the switch; its carrier stays. */
  silence(name: string): void {
    this.#switch.tell(...this.#publicLast(name).map((link) => `link set ${link.port} nomaster`));
  }

  /**
   * All cables of a machine vanish: what a power cut looks like from outside. It is silenced first,
   * since a machine without power does not see one carrier go and tell of it by the other cable.
   */
  unplug(name: string): void {
    this.silence(name);
    this.#switch.tell(...this.place(name).links.map((link) => `link del ${link.port}`));
  }

  /**
   * The kernel takes 10 to 20 ms for each cable. The public one decides when clients are served no
   * more and when keepalived is last heard; lvsd must not be heard elsewhere after that.
   */
  #publicLast(name: string): readonly Link[] {
    return this.place(name).links.toSorted((one, other) => rank(one) - rank(other));
  }

  /** Gives a machine that lost its power a new, empty namespace with the same cables. */
  async replug(name: string): Promise<void> {
    const place = this.place(name);
    await output("ip", "netns", "del", name);
    await output("ip", "netns", "add", name);
    this.#switch.tell(...place.links.flatMap((link) => cable(name, link)));
    await configure(place);
  }

  /**
   * Loss, delay or duplication on a machine's cables, for everything or for heartbeats only (VRRP's
   * advertisements, too: keepalived's heartbeat). It begins on all of them at once, in each
   * direction by itself. Replaces what was set for that direction before.
   */
  async impair(
    name: string,
    nets: readonly NetName[],
    direction: Direction,
    impairment: Impairment,
    what: "heartbeat" | "everything" = "everything",
  ): Promise<void> {
    const lines = rules(netemWords(impairment), what, this.topology);
    const links = nets.map((net) => this.link(name, net));
    if (direction !== "out") await shape("lan", portsOf(links), lines);
    if (direction !== "in") await shape(name, devicesOf(links), lines);
  }

  /** Takes back what `impair` did on these cables. */
  async mend(name: string, nets: readonly NetName[]): Promise<void> {
    const links = nets.map((net) => this.link(name, net));
    await shape("lan", portsOf(links), []);
    await shape(name, devicesOf(links), []);
  }

  /** Throws what ip(8) complained about since the network was built. */
  assertObeyed(): void {
    if (this.#switch.complaints.length > 0)
      throw new Error(`the switch refused: ${this.#switch.complaints.join("").trim()}`);
  }

  async destroy(): Promise<void> {
    this.#switch.close();
    const names = ["lan", ...this.places.map((place) => place.name)];
    await feed(
      "ip",
      ["-force", "-batch", "-"],
      names.map((name) => `netns del ${name}\n`).join(""),
    );
    // The kernel takes namespaces down behind our back; the names are free at once.
    await sleep(0);
  }
}

const portsOf = (links: readonly Link[]): string[] => links.map(({ port }) => port);
const devicesOf = (links: readonly Link[]): string[] => links.map(({ device }) => device);

/**
 * Replaces the queueing of devices, line by line of all. The first line may fail for each, since
 * nothing may have been set.
 */
async function shape(
  namespace: string,
  devices: readonly string[],
  lines: readonly string[],
): Promise<void> {
  const input = ["qdisc del dev DEV root", ...lines].flatMap((line) =>
    devices.map((device) => `${line.replaceAll("DEV", device)}\n`),
  );
  const answer = await feed(
    "sh",
    ["-c", 'tc -n "$1" -force -batch - 2>&1; true', "sh", namespace],
    input.join(""),
  );
  const failed = [...answer.matchAll(/^Command failed -:(\d+)$/gm)].map((match) =>
    Number(match[1]),
  );
  if (failed.some((line) => line > devices.length)) throw new Error(`tc refused: ${answer}`);
}

function cable(name: string, link: Link): string[] {
  return [
    `link add ${link.port} type veth peer name ${link.device} address ${link.mac} netns ${name}`,
    `link set ${link.port} master ${bridgeOf[link.net]}`,
    `link set ${link.port} up`,
  ];
}

async function configure(place: Place): Promise<void> {
  setSysctls(place.name, {
    "ipv6/conf/all/accept_dad": 0,
    "ipv6/conf/default/accept_dad": 0,
    ...(place.hidden.length > 0 ? { "ipv4/conf/all/arp_ignore": 1 } : {}),
    ...(place.hidden.length > 0 ? { "ipv4/conf/all/arp_announce": 2 } : {}),
  });
  const lines = [
    "link set lo up",
    ...place.links.flatMap((link) => [
      `link set ${link.device} up`,
      `addr add ${link.address} dev ${link.device}${link.address.includes(":") ? " nodad" : ""}`,
    ]),
    ...place.hidden.map((address) => `addr add ${address} dev lo`),
    ...(place.gateway === undefined ? [] : [`route add default via ${place.gateway}`]),
  ];
  await feed("ip", ["-n", place.name, "-batch", "-"], `${lines.join("\n")}\n`);
}

function netemWords(impairment: Impairment): string {
  const words = ["netem", "limit 10000"];
  if (impairment.delayMs !== undefined) words.push(`delay ${impairment.delayMs}ms`);
  if (impairment.loss !== undefined) words.push(`loss ${impairment.loss}%`);
  if (impairment.duplicate !== undefined) words.push(`duplicate ${impairment.duplicate}%`);
  return words.join(" ");
}

function rules(netem: string, what: "heartbeat" | "everything", topology: Topology): string[] {
  if (what === "everything") return [`qdisc add dev DEV root ${netem}`];
  const matches =
    topology.family === 4
      ? [
          "protocol ip prio 1 u32 match ip protocol 17 0xff match ip dport 539 0xffff",
          "protocol ip prio 1 u32 match ip protocol 112 0xff",
        ]
      : ["protocol ipv6 prio 1 u32 match ip6 protocol 17 0xff match ip6 dport 539 0xffff"];
  const priomap = Array(16).fill(0).join(" ");
  return [
    `qdisc add dev DEV root handle 1: prio bands 3 priomap ${priomap}`,
    `qdisc add dev DEV parent 1:2 handle 20: ${netem}`,
    ...matches.map((match) => `filter add dev DEV parent 1: ${match} flowid 1:2`),
  ];
}
