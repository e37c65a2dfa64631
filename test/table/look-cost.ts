/**
 * What it costs to know the desired table of 10,000 real servers: built whole each time, as a look
 * at the table once did it, and remembered. `node test/table/look-cost.ts` prints medians of 51.
 */
import { DesiredServices } from "../../src/daemon/table/desired-services.ts";
import { type RealServerHealth, realServerKey } from "../../src/health/health.ts";
import { shapeOf } from "../../src/kernel/ipvs-proc.ts";
import { desiredTable, notIdle } from "../../src/table/desired.ts";
import { planChanges } from "../../src/table/plan.ts";
import { config, realServer, virtualServer } from "./configs.ts";
import { address } from "./tables.ts";

const services = 100;
const servers = 100;
const times = 51;

const health = new Map<string, RealServerHealth>();
const large = config(
  ...Array.from({ length: services }, (_, service) =>
    virtualServer(`vs${service}`, {
      port: 1000 + service,
      realServers: Array.from({ length: servers }, (_each, server) => {
        health.set(realServerKey(`vs${service}`, `rs${server}`), { state: "up", tableWeight: 1 });
        return realServer(`rs${server}`, { address: address(`10.0.${service}.${server + 1}`) });
      }),
    }),
  ),
);

function median(act: (turn: number) => void): string {
  const took = Array.from({ length: times }, (_, turn) => {
    const began = performance.now();
    act(turn);
    return performance.now() - began;
  }).sort((a, b) => a - b);
  return `${(took[Math.floor(times / 2)] ?? 0).toFixed(3)} ms`;
}

const remembered = new DesiredServices(() => health);
remembered.configure(large, notIdle);
let before = remembered.table();
shapeOf(before);
const owned = new Set(before.keys());

const figures = {
  "a look, the table built whole": median(() => desiredTable(large, health)),
  "a look, the table remembered": median(() => remembered.table()),
  "a change, planned from whole tables": median((turn) => {
    health.set("vs7/rs7", { state: "up", tableWeight: turn + 2 });
    planChanges(before, desiredTable(large, health), owned);
  }),
  "a change, planned from remembered tables": median((turn) => {
    health.set("vs7/rs7", { state: "up", tableWeight: turn + 2 });
    remembered.changed("vs7");
    const after = remembered.table();
    planChanges(before, after, owned);
    before = after;
  }),
  "the shape after a change": median((turn) => {
    health.set("vs7/rs7", { state: "up", tableWeight: turn + 2 });
    remembered.changed("vs7");
    shapeOf(remembered.table());
  }),
};
for (const [what, figure] of Object.entries(figures))
  console.log(`${figure.padStart(12)}  ${what}`);
