/**
 * Runs inside the lab, as root: what a VIP's form in the kernel does to the addresses that this
 * machine speaks from, and to what others have put there. eth15 is one end of a veth pair.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { parsePrefix } from "../../../src/model/address.ts";
import { ms } from "../../../src/model/time.ts";
import { openSysctl } from "../../../src/system/file/sysctl.ts";
import { type FloatingAddress, openIp } from "../../../src/system/ip/ip.ts";
import { openNetlink } from "../../../src/system/ip/netlink.ts";

const ip = openIp({ netlink: openNetlink });

const ipCommand = (text: string): string =>
  execFileSync("ip", text.split(" "), { encoding: "utf8" });

const vip = (text: string, label: string | null = null): FloatingAddress => ({
  prefix: parsePrefix(text) ?? assert.fail(text),
  device: "eth15",
  label,
});

before(() => {
  ipCommand("link set lo up");
  ipCommand("link add eth15 type veth peer name eth16");
  ipCommand("link set eth15 up");
  ipCommand("link set eth16 up");
});

after(async () => {
  await ip.close();
  ipCommand("link del eth15");
});

test("the kernel speaks from the same address with VIPs as without, whatever comes first", async () => {
  const own = ["10.9.0.1/24", "fd00::1/64"];
  const gateway = "10.9.0.254";
  const gatewaySix = "fd00::254";
  const setOwn = (what: "add" | "del") => {
    for (const one of own)
      ipCommand(`addr ${what} ${one} dev eth15${one.includes(":") ? " nodad" : ""}`);
  };
  const setRoutes = () => {
    ipCommand(`route replace default via ${gateway}`);
    ipCommand(`-6 route replace default via ${gatewaySix} dev eth15`);
    ipCommand("route replace 10.50.0.0/16 dev eth15");
  };
  const sources = (): string[] =>
    ["10.9.0.2", "10.50.0.1", "198.51.100.1", "fd00::2", "2001:db8:1::1"].map(
      (to) => / src (\S+)/.exec(ipCommand(`route get ${to}`))?.[1] ?? "none",
    );
  ipCommand("addr flush dev eth15");
  setOwn("add");
  setRoutes();
  const without = sources();
  assert.deepEqual(without, ["10.9.0.1", "10.9.0.1", "10.9.0.1", "fd00::1", "fd00::1"]);
  for (const [four, six] of [
    ["10.9.0.10/24", "fd00::10/64"],
    ["10.9.0.10/25", "fd00::10/80"],
    ["10.9.0.10/16", "fd00::10/48"],
    ["10.9.0.10/32", "fd00::10/128"],
    ["10.77.0.10/24", "fd77::10/64"],
  ] as const) {
    const vips = [vip(four, "eth15:1"), vip(six)];
    const about = `${four}, ${six}`;
    assert.equal((await ip.claim(vips)).kind, "all-held", about);
    assert.deepEqual(sources(), without, `${about}: claimed`);
    ipCommand("addr flush dev eth15");
    assert.equal((await ip.claim(vips)).kind, "all-held", about);
    setOwn("add");
    setRoutes();
    assert.deepEqual(sources(), without, `${about}: put back before the own address`);
    openSysctl().set("net/ipv4/conf/eth15/promote_secondaries", "1");
    setOwn("del");
    setOwn("add");
    setRoutes();
    assert.deepEqual(sources(), without, `${about}: the own address went and came`);
    openSysctl().set("net/ipv4/conf/eth15/promote_secondaries", "0");
    assert.equal((await ip.expire(vips, ms(5000))).kind, "all-held");
    assert.equal((await ip.claim(vips)).kind, "all-held");
    assert.deepEqual(sources(), without, `${about}: kept by a restart`);
    assert.equal((await ip.release(vips)).kind, "none-held");
    assert.deepEqual(sources(), without, `${about}: released`);
  }
});

test("an address that somebody else has put there in another form goes with a release", async () => {
  const held = vip("10.9.0.10/24");
  ipCommand("link add eth7 type veth peer name eth8");
  for (const form of ["10.9.0.10/32 dev eth15", "10.9.0.10/28 dev eth15", "10.9.0.10/24 dev eth7"])
    ipCommand(`addr add ${form}`);
  ipCommand("addr add 10.9.0.10/32 dev lo");
  assert.equal((await ip.release([held])).kind, "none-held");
  assert.match(ipCommand("-o addr show"), /10\.9\.0\.10\/32 scope global lo/);
  assert.equal(ipCommand("-o addr show").match(/10\.9\.0\.10\//g)?.length, 1);
  ipCommand("addr del 10.9.0.10/32 dev lo");
  ipCommand("link del eth7");
});
