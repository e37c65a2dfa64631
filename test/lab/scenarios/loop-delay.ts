import { type ConfigObject, realServers } from "../actors/pair-config.ts";
import { longestHold, watchLoop } from "../instruments/loop-hold.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import type { Goal } from "../scenario.ts";
import { scenario } from "../scenario.ts";

const watchedMs = 5000;

/** A hold of 20 ms is half of the shortest `dead_after` that lvsd is measured with. */
const hold = (what: string): Goal => ({
  what: `longest hold of the active daemon's loop, ${what}`,
  unit: "ms",
  atMost: 20,
});

/** 100 virtual servers of 10 real servers each that need no check. */
function hundredTimesTen(addresses: readonly string[], vip: string) {
  const real_servers = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [
      `rs${index}`,
      { address: addresses[index % 3], port: 8000 + index },
    ]),
  );
  const server = { address: `${vip}/24`, check: { type: "none" }, real_servers };
  return Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`vs${index}`, { ...server, port: 1000 + index }]),
  );
}

/** 100 real servers, each checked every 100 ms; nobody listens there, which is a whole check too. */
function checkedOften(addresses: readonly string[], vip: string) {
  const real_servers = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [
      `rs${index}`,
      { address: addresses[index % 3], port: 2000 + index },
    ]),
  );
  const check = { type: "tcp", interval: "100ms", timeout: "100ms" };
  return { many: { address: `${vip}/24`, device: "eth0", port: 81, check, real_servers } };
}

export default scenario({
  title: "what holds the loop: checks, a reload, a lost table, status",
  topology: natPair,
  goals: {
    idle: hold("idle"),
    checks: hold("1,000 checks/s"),
    reload: hold("reload that adds 100 x 10"),
    cleared: hold("table of 100 x 10 put back"),
    status: hold("status of 100 x 10 polled 20/s"),
  },
  runs: 3,
  benchOnly: true,
  limitSeconds: 150,
  async play(lab) {
    const { realServers: addresses, vip } = lab.addresses;
    const web = { real_servers: realServers(lab.addresses) };
    watchLoop(lab.r1);
    const top = { guard: { remove_percent: 100 } };
    await lab.startPair({ web, top });
    const { r1 } = lab;
    const measured = async (what: string, act: () => Promise<unknown>): Promise<number> => {
      await longestHold(r1);
      await act();
      const longest = await longestHold(r1);
      lab.say(`${what}: held for ${longest.toFixed(1)} ms at most`);
      return longest;
    };
    const reload = async (virtualServers: Readonly<Record<string, ConfigObject>>) => {
      lab.rewrite({ web, virtualServers, top });
      const report = await r1.reload();
      expect(report.ok, `the reload is done: ${JSON.stringify(report).slice(0, 300)}`);
    };
    const whole = () =>
      waitFor("100 x 10 are in the table", 20_000, async () => {
        const table = await r1.longTable();
        return table.length === 101 && table.every((each) => each.destinations.length > 2);
      });

    const idle = await measured("idle", () => lab.elapse(watchedMs));
    await reload(checkedOften(addresses, vip));
    await r1.sees("the checks run", 10_000, ({ virtual_servers }) => {
      const busy = virtual_servers.find((each) => each.name === "many");
      return busy?.real_servers.every((each) => each.state === "down") === true;
    });
    const checks = await measured("1,000 checks/s", () => lab.elapse(watchedMs));
    const reloaded = await measured("reload", async () => {
      await reload(hundredTimesTen(addresses, vip));
      await whole();
    });
    const cleared = await measured("table put back", async () => {
      await r1.output("ipvsadm", "-C");
      await whole();
    });
    const status = await measured("status", () =>
      lab.stays(watchedMs, "r1 is active", async () => (await r1.status()).state === "active", 50),
    );
    return { idle, checks, reload: reloaded, cleared, status };
  },
});
