/**
 * Runs inside the lab, as root, in a network namespace that is its own.
 * eth0 is one end of a veth pair whose other end, eth1, lies in the namespace `neighbour`.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { parseAddress, parsePrefix, printPrefix } from "../../../src/model/address.ts";
import { ms } from "../../../src/model/time.ts";
import { openSysctl } from "../../../src/system/file/sysctl.ts";
import { readFacts } from "../../../src/system/ip/facts.ts";
import { type FloatingAddress, openIp, releaseBatch } from "../../../src/system/ip/ip.ts";
import { openNetlink } from "../../../src/system/ip/netlink.ts";
import { openAnnouncer } from "../../../src/system/net/announce.ts";
import { openHeartbeatPath } from "../../../src/system/net/datagram.ts";
import { openStrangerWatch, type Stranger } from "../../../src/system/net/stranger-watch.ts";
import { eventually } from "../../system/scripts.ts";
import { inRealTime } from "./in-real-time.ts";

const ip = openIp({ netlink: openNetlink });
const address = (text: string) => parseAddress(text) ?? assert.fail(text);

/** Runs ip(8), in the neighbour's namespace where `there`. */
const ipCommand = (text: string, there = false): string => {
  const words = text.split(" ");
  return execFileSync("ip", there ? ["-n", "neighbour", ...words] : words, { encoding: "utf8" });
};

const vip = (text: string, label: string | null = null, device = "eth0"): FloatingAddress => ({
  prefix: parsePrefix(text) ?? assert.fail(text),
  device,
  label,
});

/** Half of them IPv6, where `both`. */
const many = (count: number, both = true): FloatingAddress[] =>
  Array.from({ length: count }, (_, index) =>
    both && index % 2 === 1
      ? vip(`fd00::1:${index.toString(16)}/64`)
      : vip(`10.9.${1 + (index >> 7)}.${1 + (index & 127)}/24`),
  );

before(() => {
  for (const line of [
    "link set lo up",
    "netns add neighbour",
    "link add eth0 type veth peer name eth1 netns neighbour",
    "link set eth0 up",
    "addr add 10.9.0.1/24 dev eth0",
  ])
    ipCommand(line);
  ipCommand("link set eth1 up", true);
  ipCommand("addr add 10.9.0.2/24 dev eth1", true);
  ipCommand("addr add fd00::2/64 dev eth1 nodad", true);
});

after(async () => {
  await ip.close();
});

test("addresses are claimed with their labels, read back, and released again", async (t) => {
  const vips = [vip("10.9.0.10/24", "eth0:1"), vip("10.9.0.11/32"), vip("fd00::10/64")];
  const claimed = await ip.claim(vips);
  assert.deepEqual(claimed, { kind: "all-held", held: vips, missing: [], reasons: [] });
  const eth0 = (await ip.readInterfaces()).find(({ name }) => name === "eth0");
  const label = (text: string) =>
    eth0?.addresses.find(({ prefix }) => prefix.address === text)?.label;
  assert.deepEqual([label("10.9.0.10"), label("10.9.0.11")], ["eth0:1", "eth0"]);
  assert.equal((await ip.claim(vips)).kind, "all-held");
  const released = await ip.release(vips);
  assert.deepEqual(released, { kind: "none-held", held: [], missing: vips, reasons: [] });
  const program = openIp();
  t.after(() => program.close());
  for (const [way, door] of Object.entries({ netlink: ip, program })) {
    for (const count of [10, 500]) {
      const some = many(count);
      const start = performance.now();
      assert.equal((await door.claim(some)).kind, "all-held");
      const middle = performance.now();
      assert.equal((await door.release(some)).kind, "none-held");
      const end = performance.now();
      const [up, down] = [middle - start, end - middle].map((took) => took.toFixed(1));
      t.diagnostic(`${count} addresses by ${way}: claimed in ${up} ms, released in ${down} ms`);
    }
  }
});

test("the kernel gives an address the same by either way", async (t) => {
  await ip.readInterfaces();
  const vips = [vip("10.9.0.10/24", "eth0:1"), vip("10.9.0.11/32"), vip("fd00::10/64")];
  const program = openIp();
  t.after(() => program.close());
  const seen: string[] = [];
  for (const door of [ip, program]) {
    await door.claim(vips);
    const lines = ipCommand("-o addr show dev eth0").split("\n");
    seen.push(lines.filter((line) => /10\.9\.0\.1[01]\/|fd00:/.test(line)).join("\n"));
    await door.release(vips);
  }
  assert.equal(seen[0], seen[1]);
  assert.match(seen[0] ?? "", /10\.9\.0\.10\/32 scope host eth0:1\\/);
  assert.match(seen[0] ?? "", /fd00::10\/128 scope global nodad deprecated/);
});

test("a claim reports what it has added, a NAT router's address first and by itself", async () => {
  const gateway = { ...vip("10.9.0.10/24"), kind: "nat-router" } as const;
  const all = [gateway, ...many(70)];
  const told: FloatingAddress[][] = [];
  await ip.readInterfaces();
  const claimed = ip.claim(all, (added) => told.push([...added]));
  assert.deepEqual(told[0], [gateway], "before the call returns");
  assert.equal(told[1]?.length, 1, "nor does the first VIP wait for others");
  await claimed;
  assert.deepEqual(told.flat(), all, "in the order of the claim");
  assert.ok(told.length > 3, `in ${told.length} pieces`);
  told.length = 0;
  await ip.claim(all, (added) => told.push([...added]));
  assert.deepEqual(told, [[gateway]], "what was there is told no more, but for the gateway");
  await ip.rehearse();
  await ip.release(all);
});

test("an address is reported when the kernel takes packets for it, in both families", async () => {
  const kernel = openNetlink(() => 0);
  const all = [{ ...vip("fd00::1/64"), kind: "nat-router" } as const, ...many(70)];
  assert.deepEqual(kernel.elsewhere(all), all);
  let told = 0;
  await ip.claim(all, (added) => {
    assert.deepEqual(kernel.elsewhere(added), []);
    told += added.length;
  });
  assert.equal(told, all.length);
  assert.equal((await ip.claim(all)).kind, "all-held");
  await ip.release(all);
  assert.deepEqual(kernel.elsewhere(all), all);
  kernel.close();
});

test("packets to an address of IPv6 are taken at once, and no longer than it is there", async () => {
  const kernel = openNetlink(() => Number(readFileSync("/sys/class/net/eth0/ifindex", "utf8")));
  const six = [vip("fd00::10/64"), vip("fd00::11/64")];
  const [added, elsewhere] = await inRealTime(() => [kernel.add(six), kernel.elsewhere(six)]);
  assert.deepEqual([added, elsewhere], [six, []]);
  assert.deepEqual(kernel.delete(six), six);
  assert.deepEqual(kernel.elsewhere(six), six);
  assert.deepEqual(kernel.add(six), six);
  await eventually("the kernel has made routes of its own", () => {
    return (
      ipCommand("-6 route show table local").match(/fd00::1[01] .*proto kernel/g)?.length === 2
    );
  });
  for (const { prefix } of six) ipCommand(`addr del ${prefix.address}/128 dev eth0`);
  await eventually("what an unclean end has left takes nothing any more", () => {
    return kernel.elsewhere(six).length === six.length;
  });
  kernel.close();
});

test("what the kernel refuses is reported, and the others are held", async () => {
  const good = vip("10.9.0.10/24");
  const gone = vip("10.9.0.11/24", null, "eth7");
  const multicast = vip("ff02::5/128");
  const outcome = await ip.claim([gone, good, multicast]);
  assert.equal(outcome.kind, "partly-held");
  assert.deepEqual(outcome.held, [good]);
  assert.match(outcome.reasons[0] ?? "", /^10\.9\.0\.11\/24 on eth7: Cannot find device/);
  assert.match(outcome.reasons[1] ?? "", /^ff02::5\/128 on eth0: RTNETLINK answers: ./);
  assert.equal((await ip.release([gone, good, multicast])).kind, "none-held");
});

test("a primary address that goes takes no other one along", async () => {
  openSysctl().set("net/ipv4/conf/eth0/promote_secondaries", "0");
  const first = vip("10.20.0.10/24");
  ipCommand("addr add 10.20.0.10/24 dev eth0");
  ipCommand("addr add 10.20.0.1/24 dev eth0 label eth0:own");
  const second = vip("10.20.0.11/24", "eth0:2");
  await ip.claim([second]);
  assert.equal((await ip.release([first])).kind, "none-held");
  const left = ipCommand("-o -4 addr show dev eth0");
  assert.match(left, /10\.20\.0\.1\/24 .* eth0:own\\/);
  assert.match(left, /10\.20\.0\.11\/32 .* eth0:2\\/);
  assert.doesNotMatch(left, /10\.20\.0\.10/);
  assert.equal((await ip.release([second])).kind, "none-held");
  ipCommand("addr del 10.20.0.1/24 dev eth0");
});

test("a device that came back under its name is known again", async () => {
  for (let round = 0; round < 2; round += 1) {
    ipCommand("link add veth8 type veth peer name veth9");
    const on = vip("10.21.0.10/24", null, "veth8");
    assert.equal((await ip.claim([on])).kind, "all-held", `round ${round}`);
    assert.equal((await ip.release([on])).kind, "none-held");
    assert.equal((await ip.claim([on])).kind, "all-held");
    ipCommand("link del veth8");
    assert.equal((await ip.release([on])).kind, "none-held", "gone with its device");
  }
});

test("an expiring address goes by itself, and a claim makes it stay", async () => {
  const goes = vip("10.9.0.10/24");
  const stays = vip("fd00::10/64");
  await ip.claim([goes, stays]);
  assert.equal((await ip.expire([goes, stays], ms(1000))).kind, "all-held");
  assert.equal((await ip.claim([stays])).kind, "all-held");
  await eventually("the one that expires is gone", () => {
    return !ipCommand("-o addr show dev eth0").includes("10.9.0.10/32");
  });
  // What has no end of its life any more cannot go a little later.
  assert.match(ipCommand("-o addr show dev eth0"), /fd00::10\/128 .* valid_lft forever/);
  await ip.release([stays]);
});

test("the file of the clean-up frees what is held", async () => {
  const vips = many(4);
  await ip.claim(vips);
  execFileSync("ip", ["-force", "-batch", "-"], { input: releaseBatch(vips), stdio: "pipe" });
  assert.equal((await ip.release(vips)).kind, "none-held");
});

test("the watch reports an address that another program removes, and a link that goes", async () => {
  const held = vip("10.9.0.10/24");
  await ip.claim([held]);
  const told: string[] = [];
  const stop = ip.watch((why) => told.push(why));
  await eventually("the watch has begun", () => told.includes("the watch has begun"));
  ipCommand("addr del 10.9.0.10/32 dev eth0");
  await eventually("the removal is told", () =>
    told.some((why) => /^Deleted \d+: eth0 +inet 10\.9\.0\.10\/32 /.test(why)),
  );
  ipCommand("link set eth1 down", true);
  const ofLink = (): string | undefined => told.findLast((why) => /^\d+: eth0\S*: </.test(why));
  await eventually("the lost carrier is told", () => ofLink()?.includes("NO-CARRIER") === true);
  const eth0 = (await ip.readInterfaces()).find(({ name }) => name === "eth0");
  assert.deepEqual([eth0?.up, eth0?.carrier], [true, false]);
  ipCommand("link set eth1 up", true);
  ipCommand("addr replace fd00::2/64 dev eth1 nodad", true);
  await eventually("the carrier is told", () => ofLink()?.includes("LOWER_UP") === true);
  stop();
});

test("an announcement moves the neighbours' entries, in both families", async (t) => {
  const interfaces = await ip.readInterfaces();
  const own = interfaces.find(({ name }) => name === "eth0")?.mac ?? assert.fail();
  const vips = [vip("10.9.0.10/24"), vip("fd00::10/64")];
  for (const { prefix } of vips)
    ipCommand(`neigh replace ${prefix.address} lladdr 02:00:00:00:00:99 dev eth1 nud stale`, true);
  const announcer = openAnnouncer();
  assert.deepEqual(announcer.announceAll(vips, interfaces), { frames: 3, failures: [] });
  for (const { prefix } of vips)
    await eventually(`${prefix.address} is at ${own}`, () =>
      ipCommand(`neigh show ${prefix.address} dev eth1`, true).includes(own),
    );
  for (let round = 0; round < 2; round += 1) {
    const start = performance.now();
    const { frames, failures } = announcer.announceAll(many(500), interfaces);
    t.diagnostic(`500 addresses: announced in ${(performance.now() - start).toFixed(1)} ms`);
    assert.deepEqual([frames, failures], [750, []]);
  }
  const nowhere = announcer.announceAll([vip("10.9.0.10/24", null, "eth7")], interfaces);
  assert.deepEqual(nowhere, { frames: 0, failures: ["eth7: no such device"] });
  ipCommand("link set eth0 down");
  assert.match(announcer.announceAll(vips, interfaces).failures[0] ?? "", /^eth0: network is down/);
  ipCommand("link set eth0 up");
  announcer.close();
});

/** The inodes of all packet sockets (packet(7), /proc/net/packet). */
const packetSockets = (): string[] =>
  readFileSync("/proc/net/packet", "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(" ").at(-1) ?? "");

test("a stranger who answers for a VIP is found, and who is silent or ours is not", async () => {
  const strangers: Stranger[] = [];
  const troubles: string[] = [];
  const watch = openStrangerWatch(
    (stranger) => strangers.push(stranger),
    (why) => troubles.push(why),
  );
  const vips = [vip("10.9.0.10/24"), vip("10.9.0.11/24"), vip("fd00::10/64"), vip("fd00::11/64")];
  await ip.claim(vips);
  const interfaces = await ip.readInterfaces();
  const announcer = openAnnouncer();
  // Frames are heard in the order in which they came: when a mark's owner is told, all before is.
  const marks = [vip("10.9.0.20/24"), vip("fd00::20/64")];
  const laterMarks = [vip("10.9.0.21/24"), vip("fd00::21/64")];
  const found = async (at: readonly FloatingAddress[]): Promise<string[]> => {
    for (const { prefix } of at) ipCommand(`addr add ${printPrefix(prefix)} dev eth1 nodad`, true);
    announcer.probeAll(at, interfaces);
    const all = (): string[] => strangers.map((stranger) => stranger.address).toSorted();
    await eventually("all marks are told", () =>
      at.every(({ prefix }) => all().includes(prefix.address)),
    );
    return all();
  };
  watch.watch([...vips, ...marks, ...laterMarks], interfaces, []);
  const sockets = packetSockets();
  watch.watch([...vips, ...marks, ...laterMarks], interfaces, []);
  assert.deepEqual(packetSockets(), sockets, "what is the same is left alone");
  announcer.announceAll(vips, interfaces);
  announcer.probeAll(vips, interfaces);
  const first = ["10.9.0.20", "fd00::20"];
  assert.deepEqual(await found(marks), first, "nobody else has the VIPs yet");
  watch.watch([...vips, ...laterMarks], interfaces, []);
  ipCommand("addr add 10.9.0.10/24 dev eth1", true);
  ipCommand("addr add fd00::10/64 dev eth1 nodad", true);
  announcer.probeAll(vips, interfaces);
  const later = ["10.9.0.10", "10.9.0.21", "fd00::10", "fd00::21"];
  assert.deepEqual(await found(laterMarks), [...first, ...later].toSorted());
  const mac = /link\/ether (\S+)/.exec(ipCommand("link show eth1", true))?.[1] ?? assert.fail();
  for (const { address, ...who } of strangers)
    assert.deepEqual(who, { device: "eth0", mac, isPeer: false }, address);
  assert.deepEqual(troubles, []);
  watch.close();
  announcer.close();
  await ip.release(vips);
  for (const address of [...first, ...later])
    ipCommand(`addr del ${address}/${address.includes(":") ? 64 : 24} dev eth1`, true);
});

test("a path is bound once its address is there, and survives its address's absence", async () => {
  const heard: string[] = [];
  const path = openHeartbeatPath({
    own: address("10.9.0.50"),
    peer: address("10.9.0.2"),
    port: 539,
    onDatagram: (bytes) => heard.push(Buffer.from(bytes).toString()),
    onForeign: () => {},
  });
  assert.match((await path.bind()) ?? "", /EADDRNOTAVAIL/);
  ipCommand("addr add 10.9.0.50/24 dev eth0");
  assert.equal(await path.bind(), null);
  const speak = (text: string): void => {
    const script = `import socket,sys; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)
s.bind(("10.9.0.2",539)); s.sendto(sys.argv[1].encode(),("10.9.0.50",539))`;
    execFileSync("ip", ["netns", "exec", "neighbour", "python3", "-c", script, text]);
  };
  speak("one");
  await eventually("it is heard", () => heard.length === 1);
  ipCommand("addr del 10.9.0.50/24 dev eth0");
  const sent = (text: string): Promise<string | null> =>
    new Promise((resolve) => path.send(Buffer.from(text), resolve));
  assert.notEqual(await sent("lost"), null);
  ipCommand("addr add 10.9.0.50/24 dev eth0");
  assert.equal(await sent("sent"), null);
  speak("two");
  await eventually("it is heard again", () => heard.length === 2);
  await path.close();
  ipCommand("addr del 10.9.0.50/24 dev eth0");
});

test("kernel parameters are set and put back", () => {
  const sysctl = openSysctl();
  const name = "net/ipv4/ip_forward";
  const found = sysctl.read(name) ?? assert.fail();
  sysctl.set(name, found === "0" ? "1" : "0");
  assert.notEqual(sysctl.read(name), found);
  assert.deepEqual(sysctl.restore(), []);
  assert.equal(sysctl.read(name), found);
});

test("this machine has what lvsd needs", async () => {
  const facts = await readFacts();
  assert.equal(facts.ipvs, "ready");
  assert.notEqual(facts.programs.ipvsadm, null);
  assert.equal(facts.capabilities.length, 3);
});
