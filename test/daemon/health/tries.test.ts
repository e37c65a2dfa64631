import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Tried } from "../../../src/checks/check.ts";
import { ms } from "../../../src/model/time.ts";
import { until } from "../../checks/servers.ts";
import { tcpCheck } from "../../table/configs.ts";
import { failure, farm, intervals, passed, quick, watched, web } from "./nursery.ts";

describe("the tries of nannies", () => {
  it("never try one real server twice at a time, and go on at once after a long try", async (context) => {
    const slow = () => new Promise<Tried>((resolve) => setTimeout(resolve, 90, passed));
    const { nannies, starts, most } = watched(context, slow);
    nannies.configure(web(farm(1, tcpCheck({ interval: ms(30), timeout: ms(500) }))));
    await until("six tries", () => starts.length >= 6);
    assert.equal(most(), 1);
    const gaps = starts.slice(1).map(({ at }, index) => at - (starts[index]?.at ?? 0));
    assert.ok(Math.min(...gaps) < 110, `start to start: ${gaps.map(Math.round)}`);
  });

  it("keep the bound on tries under way", async (context) => {
    const slow = () => new Promise<Tried>((resolve) => setTimeout(resolve, 10, passed));
    const { nannies, starts, most } = watched(context, slow);
    nannies.configure({ ...web(farm(30)), checks: { concurrency: 3 } });
    await nannies.firstRound();
    assert.equal(new Set(starts.map(({ endpoint }) => endpoint)).size, 30);
    assert.equal(most(), 3);
  });

  it("give up a try that does not end, as an event and a failure", async (context) => {
    const { nannies, reports, state } = watched(context, () => new Promise<Tried>(() => {}));
    nannies.configure(web(farm(1, { ...quick, fall: 1 })));
    await until("it is down", () => state("web/rs0") === "down");
    const [event] = reports;
    assert.equal(event?.event === "check" && event.kind, "overdue");
    assert.equal(nannies.failures().overdue, 1);
  });

  it("do not believe a failure that came while this process was asleep, but once", async (context) => {
    let tries = 0;
    const { nannies, state } = watched(context, async () => {
      tries += 1;
      if (tries === 1) return passed;
      await intervals(9);
      return failure("timeout", "no connection within 40ms");
    });
    nannies.configure(web(farm(1, { ...quick, fall: 1 })));
    await nannies.firstRound();
    await until("a third try", () => tries >= 3);
    assert.equal(state("web/rs0"), "up");
    await until("it is down", () => state("web/rs0") === "down");
    assert.equal(tries >= 3, true);
  });
});
