import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { HeartbeatRouter } from "../actors/heartbeat.ts";
import { linesOf } from "../actors/originals.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { keyFile, type Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const held = 20;
/** ha.cf's deadtime; a router that starts alone claims after three times as much. */
const deadtimeMs = 1000;

export default scenario({
  title: "lvsd takes the place of ldirectord and Heartbeat under traffic, and gives it back",
  topology: natPair,
  goals: {
    outage: {
      what: "takeover from ldirectord: client outage",
      unit: "ms",
      atMost: 3 * deadtimeMs + 3000,
    },
    broken: {
      what: "takeover from ldirectord: held connections that broke",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  limitSeconds: 600,
  async play(lab) {
    const { r1, r2, addresses } = lab;
    await lab.startServers();
    const [first, second] = [
      new HeartbeatRouter(lab.network, "r1"),
      new HeartbeatRouter(lab.network, "r2"),
    ];
    for (const each of [first, second]) each.configure();
    second.standBy();
    await first.start();
    await waitFor("ldirectord has all real servers", 180_000, () => {
      return r1.table()[0]?.destinations.length === addresses.realServers.length;
    });
    const theirs = linesOf(await r1.output("ipvsadm", "-Sn"));
    await imported(lab, first);
    const judged = await r1.lvsd("check", "--here");
    lab.say(judged.stderr);
    expect(/: Heartbeat \(process \d+\) runs here/.test(judged.stderr), "check names Heartbeat");
    expect(!/addr del/.test(judged.stderr), "check leaves the VIPs where they are");

    const holder = await lab.startClient({
      held,
      holdIntervalMs: 1000,
      intervalMs: 1000,
      silenceMaxMs: 180_000,
    });
    await waitFor(`${held} connections are held`, 180_000, async () => {
      return (await holder.held()).open === held;
    });
    const client = await lab.startClient({ intervalMs: 50 });

    await endPrograms(lab, first, second, theirs);
    client.mark();
    const record = await r1.recordIpvsadm();
    await r1.start();
    await r1.reaches("active", 30_000);
    await lab.served(client);
    const { outage } = await client.report();
    const ours = linesOf(await r1.output("ipvsadm", "-Sn"));
    expect(ours.join() === theirs.join(), `lvsd's table is ldirectord's:\n${ours.join("\n")}`);
    const edits = record.lines().filter((line) => /^-[AEDaed] /.test(line));
    expect(edits.length === 0, `nothing of it was written anew: ${edits.join("; ")}`);
    await r2.start();
    await lab.settled();
    const { open, broken } = await holder.held();
    lab.say(`outage ${outage.toFixed(0)} ms; ${open} held connections are alive, ${broken} broken`);

    const status = await r1.lvsd("status");
    expect(status.status === 0 && /active/.test(status.stdout), `lvsd status: ${status.stdout}`);
    const doctor = await r1.lvsd("doctor");
    expect(doctor.stdout.length > 0, `lvsd doctor: ${doctor.stderr}`);
    lab.say("the way back, the standby first");
    await r2.stop();
    await r1.stop();
    expect(r1.table().length === 0 && !r1.holds(addresses.vip), "lvsd has left nothing");
    await first.start();
    await lab.served(client, 180_000);
    await waitFor("ldirectord's table is as it was", 180_000, async () => {
      return linesOf(await r1.output("ipvsadm", "-Sn")).join() === theirs.join();
    });
    await first.stop();
    // With cleanstop=no it leaves its table.
    await first.output("ipvsadm", "-C");
    return { outage, broken };
  },
});

/** What lvsd makes of the files, with the lab's key; written to both routers. */
async function imported(lab: Lab, from: HeartbeatRouter): Promise<void> {
  const { r1, addresses } = lab;
  writeFileSync(keyFile, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  const { r1: one, r2: two } = addresses.routers;
  const [ipAddr, tables] = ["ip-addr.txt", "iptables.txt"].map(
    (name) => `${from.directory}/${name}`,
  );
  writeFileSync(ipAddr ?? "", await r1.output("ip", "addr"));
  writeFileSync(tables ?? "", await r1.output("iptables-save"));
  const read = await r1.lvsd(
    ...["import", from.ldirectordCf, from.haCf, from.haresources, ipAddr ?? "", tables ?? ""],
    ...["--primary", `${one.public},${one.private}`, "--backup", `${two.public},${two.private}`],
  );
  lab.say(read.stderr);
  expect([0, 3].includes(read.status), `it is imported: ${read.stderr}`);
  await importedByHand(lab, from);
  const text = read.stdout.replace("heartbeat:\n", `heartbeat:\n  key_file: ${keyFile}\n`);
  for (const router of lab.routers) router.configure(text);
}

/** The same table as if it were made by hand. */
async function importedByHand({ r1, addresses }: Lab, from: HeartbeatRouter): Promise<void> {
  const saved = `${from.directory}/table.save`;
  writeFileSync(saved, await r1.output("ipvsadm", "-S", "-n"));
  const read = await r1.lvsd(
    ...["import", saved, "--primary", addresses.routers.r1.public],
    ...["--backup", addresses.routers.r2.public],
  );
  expect([0, 3].includes(read.status), `a saved table is imported: ${read.stderr}`);
  for (const address of [addresses.vip, ...addresses.realServers])
    expect(read.stdout.includes(address), `${address} is in it`);
}

/** As docs/migration.md has it: the table and the addresses stay, without a program. */
async function endPrograms(
  lab: Lab,
  first: HeartbeatRouter,
  second: HeartbeatRouter,
  theirs: readonly string[],
): Promise<void> {
  const { r1, addresses } = lab;
  lab.say("r2 stops Heartbeat");
  await second.stop();
  lab.say("r1: ldirectord is to leave its table; both programs are killed");
  await first.output("sed", "-i", "1i cleanstop=no", first.ldirectordCf);
  await first.output("ldirectord", first.ldirectordCf, "reload");
  const saved = await r1.lvsd("ipvs", "save");
  expect(saved.status === 0 && linesOf(saved.stdout).join() === theirs.join(), "it is saved");
  await first.output(
    "pkill",
    "-KILL",
    "-x",
    "heartbeat|ldirectord",
    "--ns",
    `${first.processes()[0]}`,
    "--nslist",
    "net",
  );
  await waitFor("neither runs", 10_000, () => !first.runs());
  expect(r1.holds(addresses.vip), "the VIP stays");
  expect(linesOf(await r1.output("ipvsadm", "-Sn")).join() === theirs.join(), "so does the table");
}
