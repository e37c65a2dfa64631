import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import type { Config } from "../../../src/config/config.ts";
import { VirtualServerStates } from "../../../src/daemon/health/virtual-server-states.ts";
import type { RealServerHealth } from "../../../src/health/health.ts";
import { virtualServerHealth } from "../../../src/health/virtual-server.ts";
import { realServer, virtualServer } from "../../table/configs.ts";

const states: readonly RealServerHealth[] = [
  { state: "up", tableWeight: 4, checkedWeight: 4 },
  { state: "up", tableWeight: 1 },
  { state: "up", tableWeight: 0 },
  { state: "down", tableWeight: null },
  { state: "checking", tableWeight: null },
  { state: "reentry", tableWeight: null },
  { state: "disabled", tableWeight: null },
];
const names = ["rs0", "rs1", "rs2", "rs3", "rs4"];
const changes = fc.array(
  fc.record({ at: fc.nat({ max: names.length - 1 }), to: fc.constantFrom(...states) }),
);

for (const count of ["servers", "weights"] as const)
  it(`counts ${count} from change to change as counting all of them would`, () => counts(count));

function counts(count: "servers" | "weights"): void {
  const web = virtualServer("web", {
    realServers: names.map((name, at) => realServer(name, { weight: at === 4 ? 0 : at + 1 })),
    quorum: { count, up: { value: 3, unit: "number" }, down: { value: 1, unit: "number" } },
    panicThreshold: 40,
  });
  fc.assert(
    fc.property(changes, (all) => {
      const healths = new Map<string, RealServerHealth>();
      const kept = new VirtualServerStates({
        realServer: (key) => healths.get(key),
        localPort: () => null,
        report: () => {},
        changed: () => {},
      });
      kept.configure({ virtualServers: [web] } as unknown as Config);
      kept.lookAtAll();
      for (const { at, to } of all) {
        const quorate = kept.get("web")?.quorate ?? null;
        const key = `web/${names[at]}`;
        healths.set(key, to);
        kept.realServerChanged("web", key);
        const whole = virtualServerHealth(web, healths, { quorate, localPort: null });
        assert.deepEqual(kept.get("web"), whole);
      }
    }),
  );
}
