import { calm } from "../instruments/calm.ts";
import { expect } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Ten minutes idle and one under load in `make bench`; the tests watch for less. */
const idleMinutes = Number(process.env.LAB_MINUTES ?? "0.5");
const loadMinutes = Math.min(1, idleMinutes / 2);

/** Half of dead_after. */
const stillMaxMs = 75;

/** A third of it: the router that has something to do lets the other one say its beats in time. */
const turnMs = 50;

export default scenario({
  title: "at 50 ms / 150 ms nothing fails over falsely: idle, and with 1,000 checks a second",
  topology: natPair,
  turnMs,
  goals: {
    idle: {
      what: `false failovers, ${idleMinutes} min idle`,
      unit: "failovers",
      atMost: 0,
      exact: true,
    },
    load: {
      what: `false failovers, ${loadMinutes} min, 1,000 checks/s`,
      unit: "failovers",
      atMost: 0,
      exact: true,
    },
  },
  limitSeconds: 240 + (idleMinutes + loadMinutes) * 60,
  async play(lab) {
    const heartbeat = { interval: "50ms", dead_after: "150ms" };
    await lab.startPair({ heartbeat });
    const changes = () => [lab.changesOfState()];
    await calm(lab);
    const [idle = Number.NaN] = await lab.counts(idleMinutes * 60_000, stillMaxMs, changes);
    expect(lab.holder() === lab.r1, "r1 alone holds the VIP");
    lab.say(`idle: ${idle} changes of state`);
    // 100 real servers, each checked every 100 ms; nobody listens there, which is a whole check
    // too.
    const { realServers, vip } = lab.addresses;
    const check = { type: "tcp", interval: "100ms", timeout: "100ms" };
    const real_servers = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [
        `rs${index}`,
        { address: realServers[index % 3], port: 2000 + index },
      ]),
    );
    const many = { address: `${vip}/24`, device: "eth0", port: 81, check, real_servers };
    // By a reload: a router starts with ordinary priority, and beside a peer that serves in real
    // time with these checks the guest's one processor would leave it little.
    lab.rewrite({ heartbeat, virtualServers: { many } });
    for (const router of lab.routers) await router.reload();
    await lab.r1.sees("it serves, and the checks run", 10_000, ({ state, virtual_servers }) => {
      const busy = virtual_servers.find((each) => each.name === "many");
      const down = busy?.real_servers.every((each) => each.state === "down");
      return state === "active" && down === true;
    });
    await lab.settled();
    await calm(lab);
    const began = performance.now();
    const before = lab.r1.processorMs();
    const [load = Number.NaN] = await lab.counts(loadMinutes * 60_000, stillMaxMs, changes);
    expect(lab.holder() === lab.r1, "r1 alone holds the VIP");
    // Minutes that are watched again count too.
    const share = (100 * (lab.r1.processorMs() - before)) / (performance.now() - began);
    const late = (await lab.r1.status()).heartbeat.late + (await lab.r2.status()).heartbeat.late;
    lab.say(
      `load: ${load} changes of state, ${late} late heartbeats, r1 used ${share.toFixed(0)} % of the processor`,
    );
    return { idle, load };
  },
});
