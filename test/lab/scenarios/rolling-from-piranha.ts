import { readFileSync, writeFileSync } from "node:fs";
import type { Client } from "../actors/client.ts";
import { lvsCf, PiranhaRouter } from "../actors/piranha.ts";
import type { Router } from "../actors/router.ts";
import { heartbeatsOn } from "../instruments/capture.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { keyFile, type Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const keepalive = 1;
const deadtime = 5;

/** The command of docs/migration.md; a Piranha that stops sends nothing itself. */
const sendStopped = String.raw`printf '\275\332\275\255' >/dev/udp/`;

/** `lvsd import lvs.cf -o lvsd.yaml`, with the lab's key and this protocol. */
async function importTo(lab: Lab, router: Router, from: PiranhaRouter, protocol: string) {
  const program = `${lab.surroundings.project}/bin/lvsd`;
  const imported = `${router.directory}/imported.yaml`;
  const line = `"$0" import "$1" -o "$2" 2>"$2.report"; echo $?`;
  const status = await router.output("sh", "-c", line, program, from.configFile, imported);
  expect(["0", "3"].includes(status.trim()), `lvsd import ends with 0 or 3: ${status}`);
  const text = readFileSync(imported, "utf8");
  expect(/protocol: auto/.test(text), "what comes of an lvs.cf speaks pulse to a Piranha");
  router.configure(
    text
      .replace(/protocol: auto.*/, `protocol: ${protocol}`)
      .replace(/^heartbeat:.*$/m, `heartbeat:\n  key_file: ${keyFile}`),
  );
}

/** The command of docs/migration.md at the end of `auto`. */
const endOfAuto = "s/protocol: auto.*/protocol: lvsd/";

/** Changes what a running router speaks, as an editor and a reload do. */
async function speak(router: Router, protocol: string): Promise<void> {
  const text = readFileSync(router.configFile, "utf8");
  writeFileSync(router.configFile, text.replace(/protocol: .*/, `protocol: ${protocol}`));
  const answer = await router.reload();
  expect(answer.ok, `${router.name} takes ${protocol}: ${JSON.stringify(answer)}`);
}

/** The client's outage while something happens. */
async function outageOf(
  lab: Lab,
  client: Client,
  what: string,
  act: () => Promise<unknown>,
): Promise<number> {
  await lab.served(client);
  client.mark();
  await act();
  await lab.served(client);
  const { outage, failed, tries } = await client.report();
  lab.say(`${what}: outage ${outage.toFixed(0)} ms, ${failed} of ${tries} tries failed`);
  return outage;
}

const speaksPulse = (router: Router, state: "active" | "standby", peer: string): Promise<unknown> =>
  router.sees(
    `${router.name} is ${state} and hears a Piranha that is ${peer}`,
    20_000,
    (status) => {
      const { heartbeat } = status;
      return (
        status.state === state &&
        status.peer?.alive === true &&
        status.peer.state === peer &&
        heartbeat.speaks === "pulse" &&
        heartbeat.authenticated === false
      );
    },
  );

async function startPiranhas(lab: Lab, text: string): Promise<[PiranhaRouter, PiranhaRouter]> {
  const first = new PiranhaRouter(lab.network, "r1");
  const second = new PiranhaRouter(lab.network, "r2");
  first.start(text);
  await first.says("partner dead: activating lvs", 60_000);
  second.start(text);
  await second.says("STARTING PULSE AS BACKUP", 60_000);
  await first.says("gratuitous lvs arps finished", 60_000);
  return [first, second];
}

/** r2 gets lvsd; the Piranha on r1 dies, comes back, is switched to, and is stopped. */
async function replaceSecond(lab: Lab, client: Client, text: string) {
  const first = new PiranhaRouter(lab.network, "r1");
  const second = new PiranhaRouter(lab.network, "r2");
  await importTo(lab, lab.r2, second, "auto");
  await lab.r2.start();
  await speaksPulse(lab.r2, "standby", "active");
  const dead = await outageOf(lab, client, "Piranha's machine loses power", async () => {
    await first.powerOff();
    await lab.r2.reaches("active", 60_000);
  });
  await first.powerOn();
  first.start(text);
  await speaksPulse(lab.r2, "active", "standby");
  await lab.stays(3000, "the Piranha that returns stays standby", () => lab.holder() === lab.r2);
  const back = await outageOf(lab, client, "lvsd switchover to a Piranha", async () => {
    const answer = await lab.r2.switchover();
    expect(answer.ok, `it is done: ${JSON.stringify(answer)}`);
  });
  await first.says("backup inactive: activating lvs", 1000);
  await speaksPulse(lab.r2, "standby", "active");
  const handed = await outageOf(lab, client, 'Piranha stops, "stopped" is sent', async () => {
    await first.stop();
    const line = `${sendStopped}${lab.addresses.routers.r2.public}/539`;
    await first.output("bash", "-c", line);
    await lab.r2.reaches("active", 5000);
  });
  expect(!/Incompatible|bad heartbeat/.test(first.log()), "Piranha understood every heartbeat");
  return { first, dead, back, handed };
}

/** What a router has sent on the public network so far, by the first four bytes. */
function wordsOf(lab: Lab, name: "r1" | "r2"): string[] {
  const from = lab.addresses.routers[name].public;
  return heartbeatsOn("br-pub")
    .filter((each) => each.from === from && each.payload.length > 0)
    .map(({ payload }) => Buffer.from(payload.subarray(0, 4)).toString("hex"));
}

export default scenario({
  title: "two Piranhas become two lvsd, one router after the other, under traffic",
  topology: natPair,
  goals: {
    dead: { what: "a Piranha dies, deadtime 5 s: client outage", unit: "ms", atMost: 5300 },
    back: { what: "lvsd switchover to a Piranha: client outage", unit: "ms", atMost: 1500 },
    handed: { what: 'a Piranha stops, "stopped" is sent: client outage', unit: "ms", atMost: 1500 },
    pulse: { what: "switchover of two lvsd in pulse: client outage", unit: "ms", atMost: 100 },
    upgraded: {
      what: "from pulse to lvsd's own: failed connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
    own: { what: "switchover in lvsd's own: client outage", unit: "ms", atMost: 50 },
  },
  limitSeconds: 240,
  async play(lab) {
    const text = lvsCf(natPair, keepalive, deadtime);
    await lab.startServers();
    lab.configurePair();
    const [, second] = await startPiranhas(lab, text);
    const client = await lab.startClient();
    lab.say("two Piranhas: r1 is active");
    await second.stop();
    const { first, dead, back, handed } = await replaceSecond(lab, client, text);

    await importTo(lab, lab.r1, first, "pulse");
    await lab.r1.start();
    await speaksPulse(lab.r1, "standby", "active");
    await waitFor("r1 has all real servers", 20_000, () => {
      return lab.r1.table()[0]?.destinations.length === lab.servers.length;
    });
    const pulse = await outageOf(lab, client, "switchover in pulse", async () => {
      const answer = await lab.r2.switchover();
      expect(answer.ok, `it is done: ${JSON.stringify(answer)}`);
      await lab.r1.reaches("active", 5000);
    });
    await lab.captured();
    const said = wordsOf(lab, "r1").slice(-5);
    const known = said.every((word) => word === "dadbadbd" || word === "bddabdad");
    expect(known && said.at(-1) === "dadbadbd", `r1 sends "running" in pulse: ${said.join()}`);

    await lab.served(client);
    client.mark();
    await speak(lab.r1, "auto");
    for (const router of lab.routers)
      await router.sees(`${router.name} speaks lvsd's own`, 20_000, ({ heartbeat }) => {
        return heartbeat.speaks === "lvsd" && heartbeat.authenticated === true;
      });
    for (const router of lab.routers) {
      await router.output("sed", "-i", endOfAuto, router.configFile);
      const answer = await router.reload();
      expect(answer.ok, `${router.name} ends auto: ${JSON.stringify(answer)}`);
    }
    await lab.settled();
    const { failed } = await client.report();
    const own = await outageOf(lab, client, "switchover in lvsd's own", async () => {
      const answer = await lab.r1.switchover();
      expect(answer.ok, `it is done: ${JSON.stringify(answer)}`);
      await lab.r2.reaches("active", 5000);
    });
    await lab.captured();
    const last = [...wordsOf(lab, "r1").slice(-3), ...wordsOf(lab, "r2").slice(-3)];
    expect(
      last.every((word) => word === "4c565344"),
      `nothing is sent in pulse any more: ${last.join()}`,
    );
    return { dead, back, handed, pulse, upgraded: failed, own };
  },
});
