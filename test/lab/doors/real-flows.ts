/**
 * Runs inside the lab, as root: single UDP connections of the own kernel behind a firewall mark go
 * to another real server, and those over TCP to the same one stay.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { Connection } from "../../../src/connections/connection-list.ts";
import type { SyncDaemon } from "../../../src/kernel/sync-text.ts";
import { usualSyncTarget } from "../../../src/model/sync-target.ts";
import { ownKernel } from "../../../src/system/ipvs/own-kernel.ts";
import { openSyncDaemons } from "../../../src/system/ipvs/sync-daemon.ts";
import { eventually } from "../../system/scripts.ts";

const mark = 77;
const daemons = openSyncDaemons();
const { send, endLeft } = ownKernel(daemons);

const ipvsadm = (...words: readonly string[]): string =>
  execFileSync("ipvsadm", words, { encoding: "utf8" });

before(() => {
  execFileSync("ip", ["link", "set", "lo", "up"]);
  ipvsadm("-A", "-f", `${mark}`, "-s", "rr");
  for (const last of [1, 2]) ipvsadm("-a", "-f", `${mark}`, "-r", `10.7.1.${last}:0`, "-g");
});

after(() => ipvsadm("-D", "-f", `${mark}`));

const connection = (protocol: "tcp" | "udp", clientPort: number, to: number): Connection => ({
  protocol,
  state: protocol === "udp" ? "UDP" : "ESTABLISHED",
  isTemplate: false,
  expires: 300,
  clientPort,
  virtualPort: 53,
  realPort: 53,
  mark,
  addresses: Uint8Array.of(203, 0, 113, 9, 192, 0, 2, 11, 10, 7, 1, to),
});

/** `UDP 4001 2`: protocol, the client's port, the last byte of the real server. */
const known = (): string[] =>
  Array.from(
    readFileSync("/proc/net/ip_vs_conn", "utf8").matchAll(
      /^(TCP|UDP) CB007109 ([0-9A-F]{4}) C000020B 0035 0A07010([12]) 0035 /gm,
    ),
    ([, protocol, port = "", last]) => `${protocol} ${Number.parseInt(port, 16)} ${last}`,
  ).sort();

const counted = (): string[] =>
  ipvsadm("-Ln")
    .split("\n")
    .filter((line) => line.includes("10.7.1."))
    .map((line) => line.trim().split(/\s+/).slice(-2).join(" "));

test("a flow is moved, and counted at its new real server by the forwarding method of that", async () => {
  await send([connection("tcp", 4000, 1), connection("udp", 4001, 1), connection("udp", 4002, 1)]);
  await eventually("all are known", () => known().length === 3);
  assert.deepEqual(known(), ["TCP 4000 1", "UDP 4001 1", "UDP 4002 1"]);
  assert.deepEqual(await daemons.read(), [], "the daemon for the moment is gone");
  await send([connection("udp", 4001, 2)]);
  await eventually("it has moved", () => known().includes("UDP 4001 2"));
  await eventually("the old one is gone", () => known().length === 3);
  assert.deepEqual(known(), ["TCP 4000 1", "UDP 4001 2", "UDP 4002 1"]);
  // Of UDP, too: what is sent as inactive would not replace what is there.
  // The kernel counts an ended one off after it has left the list.
  await eventually("active and inactive ones of both are counted", () =>
    isDeepStrictEqual(counted(), ["2 0", "1 0"]),
  );
});

const backup = (device: string, id: number): SyncDaemon => ({
  kind: "backup",
  device,
  id,
  datagramBytes: null,
  ...usualSyncTarget,
});

test("a synchronisation that runs already is used, and stays", async () => {
  for (const line of [
    "link add eth6 type veth peer name eth7",
    "link set eth6 up",
    "link set eth7 up",
    "addr add 10.7.2.1/24 dev eth6",
  ])
    execFileSync("ip", line.split(" "));
  await daemons.start(backup("eth6", 9));
  try {
    await send([connection("udp", 4002, 2)]);
    await eventually("it has moved", () => known().includes("UDP 4002 2"));
    await endLeft();
    const [still] = await daemons.read();
    assert.equal(still?.device, "eth6");
  } finally {
    await daemons.stop("backup");
    execFileSync("ip", ["link", "del", "eth6"]);
  }
});

test("another one on the loopback device stays, and one that hears elsewhere is spoken to there", async () => {
  await daemons.start(backup("lo", 9));
  await send([connection("udp", 4003, 2)]);
  await eventually("it is taken in", () => known().includes("UDP 4003 2"));
  await endLeft();
  assert.equal((await daemons.read()).length, 1);
  await daemons.stop("backup");
  const elsewhere = ["--mcast-interface", "lo", "--syncid", "255", "--mcast-port", "8849"];
  ipvsadm("--start-daemon", "backup", ...elsewhere);
  await send([connection("udp", 4003, 1)]);
  await eventually("it is taken in there", () => known().includes("UDP 4003 1"));
  assert.equal((await daemons.read()).length, 1);
  await daemons.stop("backup");
});

test("what an earlier process has left on the loopback device is used, and ended", async () => {
  await daemons.start(backup("lo", 255));
  await send([connection("udp", 4003, 2)]);
  await eventually("it has moved", () => known().includes("UDP 4003 2"));
  assert.deepEqual(await daemons.read(), []);
  await daemons.start(backup("lo", 255));
  await endLeft();
  assert.deepEqual(await daemons.read(), []);
  await endLeft();
});
