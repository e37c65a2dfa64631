/**
 * The thread that hears a router's beats at the switch: lvsd's heartbeat, keepalived's VRRP.
 * It answers when so much time has passed since the last one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import { openPacketSocket } from "../machine/packet-socket.ts";
import { hurry, serveQuestions } from "../machine/resident-side.ts";
import { now } from "./clock.ts";

export interface BeatsOptions {
  readonly bridge: string;
  /** Of the router that beats. */
  readonly mac: string;
}

const ipv4 = 0x0800;
const udp = 17;
const vrrp = 112;
const heartbeatPort = 539;

const { bridge, mac } = workerData as BeatsOptions;
const socket = openPacketSocket(bridge, ipv4);
const source = Buffer.from(mac.replaceAll(":", ""), "hex");
let last = now();

/** VRRP may come from the virtual router's MAC; the address of the machine is in both. */
function drain(): void {
  for (let frame = socket.next(); frame !== null; frame = socket.next()) {
    if (frame.length < 42 || !frame.subarray(6, 12).equals(source)) continue;
    const protocol = frame[23];
    if (protocol === vrrp || (protocol === udp && frame.readUInt16BE(36) === heartbeatPort))
      last = now();
  }
}

hurry();
serveQuestions(async (question) => {
  const { afterMs } = question as { readonly afterMs: number };
  drain();
  const asked = last;
  // A beat that has been on its way already says nothing of the phase: the next one does.
  while (last === asked) {
    await sleep(1);
    drain();
  }
  while (now() < last + afterMs) await sleep(1);
  return true;
});
