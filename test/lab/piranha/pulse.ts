/**
 * The double of pulse as a program: `node pulse.ts LVS.CF`. Sockets, aliases, gratuitous ARP and
 * the IPVS table of a pair of virtual servers with NAT, as Piranha's programs handle them; who is
 * active is decided by machine.ts. It has no nannies: all real servers are in the table at once.
 *
 * Imports nothing of lvsd. Log: `pulse: TEXT` on standard output.
 */
import { execFileSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { openPacketSocket } from "../machine/packet-socket.ts";
import { readLvsCf } from "./lvs-cf.ts";
import { type PulseAction, PulseMachine } from "./machine.ts";

const { global, virtuals } = readLvsCf(readFileSync(process.argv[2] ?? "", "utf8"));
const port = Number(global.heartbeat_port ?? 539);
const interfaces = networkInterfaces();
const isHere = (address: string | undefined): boolean =>
  Object.values(interfaces).some((list) => list?.some((each) => each.address === address));
const role = isHere(global.primary) ? "primary" : "backup";
const partner = role === "primary" ? "backup" : "primary";
const paths = ["", "_private"]
  .map((suffix) => [global[`${role}${suffix}`], global[`${partner}${suffix}`]] as const)
  .filter((ends): ends is readonly [string, string] => ends.every((end) => end !== undefined));

const say = (text: string): void => {
  process.stdout.write(`pulse: ${text}\n`);
};
const run = (program: string, ...argv: readonly string[]): void => {
  try {
    execFileSync(program, argv, { stdio: "ignore" });
  } catch {
    // Piranha looks at no result.
  }
};

/** NAT router and VIPs: address and device as in lvs.cf, and the mask's length. */
const floating = [global.nat_router, ...virtuals.map(({ keys }) => keys.address)]
  .filter((pair) => pair !== undefined)
  .map((pair) => {
    const [address = "", label = ""] = pair.split(" ");
    return { address, label, device: label.replace(/:.*/, "") };
  });

/** The frame of send_arp: always a reply, padded to 60 bytes. */
function arpReply(address: string, mac: string): Buffer {
  const own = Buffer.from(mac.replaceAll(":", ""), "hex");
  const ip = Buffer.from(address.split(".").map(Number));
  const head = Buffer.from("ffffffffffff", "hex");
  const kind = Buffer.from("08060001080006040002", "hex");
  return Buffer.concat([head, own, kind, own, ip, own, ip, Buffer.alloc(18)]);
}

function announce(): void {
  for (const { address, label, device } of floating) {
    run("ip", "addr", "replace", `${address}/24`, "dev", device, "label", label);
    const mac = interfaces[device]?.[0]?.mac ?? "";
    const socket = openPacketSocket(device, 0x0806);
    let left = 5;
    const again = (): void => {
      socket.send(arpReply(address, mac));
      left -= 1;
      if (left > 0) setTimeout(again, 1000).unref();
      else say("gratuitous lvs arps finished");
    };
    again();
  }
}

function activate(): void {
  run("ipvsadm", "-C");
  for (const { keys, servers } of virtuals) {
    const service = `${keys.address?.split(" ")[0]}:${keys.port ?? 80}`;
    run("ipvsadm", "-A", "-t", service, "-s", keys.scheduler ?? "wlc");
    for (const { address, weight } of servers)
      run("ipvsadm", "-a", "-t", service, "-r", `${address}:80`, "-m", "-w", weight ?? "1");
  }
  announce();
}

function deactivate(): void {
  run("ipvsadm", "-C");
  for (const { address, device } of floating)
    run("ip", "addr", "del", `${address}/24`, "dev", device);
}

const sockets: Socket[] = paths.map(([own]) => {
  const socket = createSocket("udp4");
  socket.bind(port, own);
  return socket;
});
const seconds = (key: string, usual: number): number => 1000 * Number(global[key] ?? usual);
const machine = new PulseMachine(
  {
    role,
    byteOrder: "LE",
    keepalive: seconds("keepalive", 2),
    deadtime: seconds("deadtime", 5),
  },
  Date.now(),
);
let timer: NodeJS.Timeout | undefined;

function perform(actions: readonly PulseAction[]): void {
  for (const action of actions)
    if (action.do === "log") say(action.text);
    else if (action.do === "activate") activate();
    else if (action.do === "deactivate") deactivate();
    else if (action.do === "announce") announce();
    else
      for (const [path, socket] of sockets.entries())
        socket.send(action.bytes, port, paths[path]?.[1]);
  clearTimeout(timer);
  const left = Math.max(0, machine.wakeAt() - Date.now());
  timer = setTimeout(() => perform(machine.wake(Date.now())), left);
}

const partners = paths.map(([, address]) => address);
for (const socket of sockets)
  socket.on("message", (bytes, { address }) => {
    if (partners.includes(address)) perform(machine.heard(bytes, Date.now()));
  });
process.once("SIGTERM", () => {
  perform(machine.terminate());
  process.exit(0);
});
perform(machine.start());
