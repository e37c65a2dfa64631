import { Bird } from "../actors/bird.ts";
import { destinationsOf } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** The processor that all machines share may be taken for 100 ms at a time. */
const interval = 300;
/** Longer than the scenario: whatever leaves the table before does so by its session. */
const rare = "300s";

const check = {
  type: "bfd",
  min_tx: `${interval}ms`,
  min_rx: `${interval}ms`,
  multiplier: 3,
  interval: rare,
  timeout: "10s",
  fall: 2,
};

class Play {
  readonly lab: Lab;
  readonly birds: ReadonlyMap<string, Bird>;

  constructor(lab: Lab) {
    this.lab = lab;
    this.birds = new Map(lab.servers.map(({ name }) => [name, new Bird(name)]));
  }

  bird(name: string): Bird {
    const found = this.birds.get(name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  }

  start(name: string): void {
    const { r1, r2 } = this.lab.addresses.routers;
    this.bird(name).start([r1.private, r2.private], interval);
  }

  has(router: "r1" | "r2", count: number, within = 30_000): Promise<unknown> {
    const name = `tcp ${this.lab.addresses.vip}:80`;
    return waitFor(`${router} has ${count} real servers`, within, () => {
      return destinationsOf(this.lab[router].table(), name)?.length === count;
    });
  }

  /** How many sessions of BIRD's are up there. */
  async up(name: string): Promise<number> {
    const sessions = await this.bird(name).sessions();
    return sessions.filter((state) => state === "Up").length;
  }
}

/** Both routers have sessions of their own, and what their ends say is shown. */
async function bothAreHeard(play: Play): Promise<void> {
  const { lab } = play;
  for (const name of play.birds.keys())
    await waitFor(`${name} has two sessions that are up`, 30_000, async () => {
      return (await play.up(name)) === 2;
    });
  const said = await lab.r1.lvsd("probe", "web", "rs1");
  expect(said.status === 0, `lvsd probe: ${said.stdout}${said.stderr}`);
  for (const wanted of [/the session is up/, /sent: up, discriminators/, /heard: up, discrim/])
    expect(wanted.test(said.stdout), `lvsd probe shows packets: ${said.stdout}`);
}

async function diesAndReturns(play: Play): Promise<void> {
  const { lab } = play;
  const from = lab.now();
  play.bird("rs2").kill();
  await play.has("r1", 2);
  lab.say(`rs2 left r1's table ${(lab.now() - from).toFixed(0)} ms after its BIRD was killed`);
  await play.has("r2", 2);
  const status = await lab.r1.status();
  const shown = status.virtual_servers[0]?.real_servers.find(({ name }) => name === "rs2");
  const why = /^no packet for 900 ms \(detect time\)/;
  expect(why.test(shown?.check.last_error ?? ""), `status says why: ${shown?.check.last_error}`);
  const events = lab.r1.events().filter((event) => "text" in event && event.kind === "session");
  const said = events.map((event) => `${"text" in event ? event.text : ""}`);
  expect(
    said.filter((text) => text.endsWith("no packet for 900 ms (detect time)")).length === 1,
    `r1 says it once: ${JSON.stringify(said)}`,
  );
  play.start("rs2");
  await Promise.all([play.has("r1", 3), play.has("r2", 3)]);
}

/** The router that takes over has known all along. */
async function takesOver(play: Play): Promise<void> {
  const { lab } = play;
  await lab.r1.powerOff();
  await lab.r2.reaches("active", 20_000);
  play.bird("rs3").kill();
  await play.has("r2", 2);
  const client = await lab.startClient();
  await lab.served(client);
  await client.kill();
}

export default scenario({
  title:
    "checks by BFD against BIRD: a machine that falls silent leaves both tables at once, although " +
    "checks are rare, and the router that takes over has sessions of its own",
  topology: natPair,
  goals: {},
  limitSeconds: 240,
  async play(lab) {
    const play = new Play(lab);
    for (const name of play.birds.keys()) play.start(name);
    lab.endWith(async () => {
      for (const bird of play.birds.values()) bird.kill();
    });
    await lab.startPair({ check });
    await bothAreHeard(play);
    await diesAndReturns(play);
    await takesOver(play);
    return {};
  },
});
