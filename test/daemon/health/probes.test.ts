import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../../checks/servers.ts";
import { config, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";
import { failure, farm, intervals, passed, quick, watched, web } from "./nursery.ts";

describe("the probes of nannies", () => {
  it("try equal checks once for all virtual servers that want them", async (context) => {
    const { nannies, starts, state } = watched(context);
    const patient = { ...quick, rise: 3 };
    nannies.configure(
      config(
        virtualServer("web", { realServers: farm(1) }),
        virtualServer("shop", { port: 81, realServers: farm(1, patient) }),
      ),
    );
    await until("both are up", () => state("web/rs0") === "up" && state("shop/rs0") === "up");
    assert.ok(starts.length >= 3 && starts.length <= 4, `${starts.length} tries`);
  });

  it("try each of several checks, share those that are equal, and need all of them", async (context) => {
    let broken = false;
    const { nannies, starts, state, changes } = watched(context, (endpoint) =>
      broken && endpoint.address === "10.0.0.1" ? failure("timeout", "no answer") : passed,
    );
    const other = { ...quick, address: address("10.9.9.9") };
    const check = { type: "several", any: false, checks: [quick, other] } as const;
    nannies.configure(web(farm(2).map((real) => ({ ...real, check }))));
    await nannies.firstRound();
    assert.deepEqual([state("web/rs0"), state("web/rs1")], ["up", "up"]);
    assert.equal(new Set(starts.slice(0, 3).map(({ check: one }) => JSON.stringify(one))).size, 2);
    broken = true;
    await until("one is down", () => state("web/rs1") === "down");
    assert.equal(state("web/rs0"), "up");
    assert.equal(changes.at(-1)?.cause, "tcp: no answer (2 tries in a row)");
    nannies.configure(web(farm(2)));
    broken = false;
    await until("both are up", () => state("web/rs1") === "up");
    const before = starts.length;
    await intervals(3);
    assert.ok(starts.length > before);
    assert.ok(starts.slice(before).every(({ check: one }) => !("address" in one && one.address)));
  });
});
