/**
 * Runs inside the lab, as root. eth2 is one end of a veth pair whose other end, eth3, lies in the
 * namespace `syns`.
 */
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import type { Syn } from "../../../src/connections/syn.ts";
import { addressFromBytes } from "../../../src/model/address.ts";
import { openPacketSocket } from "../../../src/system/net/raw-socket.ts";
import { openSynCapture } from "../../../src/system/net/syn-capture.ts";
import { eventually } from "../../system/scripts.ts";

const run = (text: string): string => {
  const [file = "", ...args] = text.split(" ");
  return execFileSync(file, args, { encoding: "utf8" });
};

/** While the server of this process answers. */
const runAside = promisify(execFile);

const here = ["10.8.0.1", "fd08::1"] as const;
const there = ["10.8.0.2", "fd08::2"] as const;
const port = 8080;
const server = createServer((socket) => socket.end("x"));
const capture = openSynCapture();

before(async () => {
  run("ip netns add syns");
  run("ip link add eth2 type veth peer name eth3 netns syns");
  for (const [of, name, [four, six]] of [
    ["ip", "eth2", here],
    ["ip -n syns", "eth3", there],
  ] as const) {
    run(`${of} link set ${name} up`);
    run(`${of} addr add ${four}/24 dev ${name}`);
    run(`${of} addr add ${six}/64 dev ${name} nodad`);
  }
  server.listen(port, "::");
  await once(server, "listening");
});

after(() => {
  capture.close();
  server.close();
});

/** A connection from the other side to here, to its end, and one from here that is refused. */
async function connectBothWays(): Promise<void> {
  for (const [index, address] of here.entries()) {
    const shell = `exec 3<>/dev/tcp/${address}/${port}; cat <&3`;
    await runAside("ip", ["netns", "exec", "syns", "bash", "-c", shell]);
    const socket = connect({ host: there[index] ?? "", port: 9 });
    await assert.rejects(once(socket, "connect"), /ECONNREFUSED/);
  }
}

const told = ({ outgoing, source, destination, destinationPort }: Syn): string => {
  const [from, to] = [source, destination].map(addressFromBytes);
  return `${outgoing ? "out" : "in"} ${from} -> ${to} ${destinationPort}`;
};

test("the SYNs of both directions and families are kept, and nothing else is", async () => {
  capture.begin();
  await connectBothWays();
  assert.deepEqual(capture.take().map(told), [
    `in ${there[0]} -> ${here[0]} ${port}`,
    `out ${here[0]} -> ${there[0]} 9`,
    `in ${there[1]} -> ${here[1]} ${port}`,
    `out ${here[1]} -> ${there[1]} 9`,
  ]);
  assert.deepEqual(capture.take(), [], "each is taken once");
  assert.throws(() => capture.begin(), /still kept for an earlier release/);
});

/** Of the packet sockets that listen to everything (packet(7): /proc/net/packet, ETH_P_ALL). */
const listening = (): number =>
  readFileSync("/proc/net/packet", "utf8")
    .split("\n")
    .filter((line) => line.split(/ +/)[3] === "0003").length;

test("once it has ended the kernel hands it nothing, and it can begin again", async () => {
  assert.equal(listening(), 1);
  capture.end();
  await eventually("nobody listens", () => listening() === 0);
  await connectBothWays();
  assert.deepEqual(capture.take(), []);
  await eventually("it can begin again", () => {
    try {
      capture.begin();
      return true;
    } catch {
      return false;
    }
  });
  await connectBothWays();
  assert.equal(capture.take().length, 4);
});

test("more SYNs than can be kept are reported as missing", () => {
  const flood = openPacketSocket(0);
  const index = Number(run("cat /sys/class/net/eth2/ifindex"));
  // IPv4 and TCP without options (RFC 791, RFC 9293), from and to addresses of documentation.
  const syn = Uint8Array.of(
    ...[2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 0x08, 0x00],
    ...[0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2],
    ...[4, 0, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0],
  );
  for (let count = 0; count < 20_000; count += 1) flood.send(index, syn);
  flood.close();
  assert.throws(() => capture.take(), /SYNs found no room|more than 10000 connections/);
});
