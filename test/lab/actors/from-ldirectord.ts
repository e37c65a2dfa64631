/**
 * lvsd takes the place of ldirectord, and of the cluster that holds its addresses, under traffic;
 * and the way back. What the cluster is comes as an argument.
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { expect, waitFor } from "../instruments/wait.ts";
import { keyFile, type Lab } from "../lab.ts";
import { linesOf } from "./originals.ts";

export interface Cluster {
  /** As `lvsd check --here` has it. */
  readonly name: string;
  /** Starts it; r1 is to be the active router. */
  start(): Promise<void>;
  /** The files that `lvsd import` reads. */
  files(): Promise<readonly string[]>;
  /** Ends it, ldirectord too, as docs/migration.md has it; r1 keeps its addresses and this table. */
  leave(theirs: readonly string[]): Promise<void>;
  /** Starts it again when lvsd has stopped. */
  comeBack(): Promise<void>;
  end(): Promise<void>;
}

const held = 20;

/** The client's outage in ms, and how many held connections broke. */
export async function replaceCluster(
  lab: Lab,
  cluster: Cluster,
): Promise<{ outage: number; broken: number }> {
  const { r1, r2, addresses } = lab;
  await lab.startServers();
  await cluster.start();
  await waitFor("ldirectord has all real servers", 180_000, () => {
    return r1.table()[0]?.destinations.length === addresses.realServers.length;
  });
  expect(r1.holds(addresses.vip) && !r2.holds(addresses.vip), "r1 is the active router");
  const theirs = linesOf(await r1.output("ipvsadm", "-Sn"));
  await imported(lab, await cluster.files());
  const judged = await r1.lvsd("check", "--here");
  lab.say(judged.stderr);
  const runs = new RegExp(`: ${cluster.name} \\(process \\d+\\) runs here`);
  expect(runs.test(judged.stderr), `check names ${cluster.name}`);
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

  await cluster.leave(theirs);
  expect(r1.holds(addresses.vip), "the VIP stays");
  expect(linesOf(await r1.output("ipvsadm", "-Sn")).join() === theirs.join(), "so does the table");
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
  await cluster.comeBack();
  await lab.served(client, 180_000);
  await waitFor("ldirectord's table is as it was", 180_000, async () => {
    return linesOf(await r1.output("ipvsadm", "-Sn")).join() === theirs.join();
  });
  await cluster.end();
  // With cleanstop=no it leaves its table.
  await r1.output("ipvsadm", "-C");
  return { outage, broken };
}

/** What lvsd makes of the files, with the lab's key; written to both routers. */
async function imported(lab: Lab, files: readonly string[]): Promise<void> {
  const { r1, addresses } = lab;
  writeFileSync(keyFile, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  const { r1: one, r2: two } = addresses.routers;
  const [ipAddr = "", tables = ""] = ["ip-addr.txt", "iptables.txt"].map(
    (name) => `${r1.directory}/${name}`,
  );
  writeFileSync(ipAddr, await r1.output("ip", "addr"));
  writeFileSync(tables, await r1.output("iptables-save"));
  const read = await r1.lvsd(
    ...["import", ...files, ipAddr, tables],
    ...["--primary", `${one.public},${one.private}`, "--backup", `${two.public},${two.private}`],
  );
  lab.say(read.stderr);
  expect([0, 3].includes(read.status), `it is imported: ${read.stderr}`);
  const heartbeat = `heartbeat:\n  key_file: ${keyFile}\n`;
  // A cib.xml says nothing of heartbeats.
  const text = /^heartbeat:$/m.test(read.stdout)
    ? read.stdout.replace("heartbeat:\n", heartbeat)
    : `${read.stdout}${heartbeat}`;
  for (const router of lab.routers) router.configure(text);
}
