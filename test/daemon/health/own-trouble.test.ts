import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Tried } from "../../../src/checks/check.ts";
import type { Endpoint } from "../../../src/checks/target.ts";
import { Nannies } from "../../../src/daemon/health/nannies.ts";
import type { Fault } from "../../../src/model/router.ts";
import { ms } from "../../../src/model/time.ts";
import { now } from "../../../src/system/process/clock.ts";
import { tcpCheck, until } from "../../checks/servers.ts";
import { config, realServer, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const check = tcpCheck({ interval: ms(40), timeout: ms(40) });
const passed: Tried = { kind: "passed", took: ms(1) };
const local: Tried = { kind: "failed", reason: "local", why: "no file", took: ms(1) };

const farm = (count: number) =>
  config(
    virtualServer("web", {
      realServers: Array.from({ length: count }, (_, index) =>
        realServer(`rs${index}`, { address: address(`10.0.0.${index + 1}`), check }),
      ),
    }),
  );

/** Nannies whose tries end as `answer` says, and what they count as this machine's trouble. */
function nannies(context: TestContext, answer: (endpoint: Endpoint) => Tried) {
  const counts: number[] = [];
  let tries = 0;
  const made = new Nannies({
    now,
    run: async (_check, endpoint) => {
      tries += 1;
      return answer(endpoint);
    },
    changed: () => {},
    report: () => {},
    troubled: () => counts.push(made.trouble?.count ?? 0),
  });
  context.after(() => made.stop());
  return { made, counts, tries: () => tries };
}

describe("what keeps this machine from checking", () => {
  it("is a fault by the number of real servers, after two tries, and ends with a try that went", async (context) => {
    let works = true;
    const { made, counts } = nannies(context, () => (works ? passed : local));
    made.configure(farm(3));
    await until("all are up", () => made.all().every(({ health }) => health.state === "up"));
    assert.equal(made.trouble, null);
    works = false;
    await until("three are in trouble", () => made.trouble?.count === 3);
    assert.equal(
      (made.trouble as Fault | null)?.text,
      "3 real servers cannot be checked from this machine: no file",
    );
    assert.ok(
      made.all().every(({ health }) => health.state === "up"),
      "and all of them stay up",
    );
    works = true;
    await until("none is", () => made.trouble === null);
    assert.equal(counts.at(-1), 0);
  });

  it("counts those alone that cannot be checked, and forgets those that are gone", async (context) => {
    const { made } = nannies(context, ({ address: at }) => (at === "10.0.0.1" ? local : passed));
    made.configure(farm(3));
    await until("one is in trouble", () => made.trouble?.count === 1);
    made.configure(config(virtualServer("web", { realServers: [] })));
    assert.equal(made.trouble, null);
  });

  it("is found out by a router that relies on its peer, and changes nothing else", async (context) => {
    let answer: Tried = passed;
    const { made, tries } = nannies(context, () => answer);
    made.configure(farm(2));
    await until("all are up", () => made.all().every(({ health }) => health.state === "up"));
    made.setActiveChecking(false);
    for (const { rules } of made.all()) made.learn(rules.key, "down");
    const before = tries();
    made.examine(true);
    await until("it has tried", () => tries() > before + 2);
    assert.equal(made.trouble, null);
    assert.ok(
      made.all().every(({ health }) => health.state === "down"),
      "the peer's word counts",
    );
    answer = local;
    await until("both are in trouble", () => made.trouble?.count === 2);
    made.examine(false);
    const after = tries();
    await until("no try is under way", () => tries() - after <= 2);
    assert.equal((made.trouble as Fault | null)?.count, 2, "what was found out stays known");
  });
});
