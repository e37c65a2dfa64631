import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { text, web } from "../lifecycle/web.ts";
import { accepted, readText, refused } from "../texts.ts";

describe("keys of a virtual server's life", () => {
  it("a quorum is numbers, percentages, or one of each", () => {
    assert.deepEqual(web("quorum: { up: 2, down: 1 }").quorum, {
      count: "servers",
      up: { value: 2, unit: "number" },
      down: { value: 1, unit: "number" },
    });
    assert.deepEqual(web("quorum: { up: 50% }").quorum, {
      count: "servers",
      up: { value: 50, unit: "percent" },
      down: { value: 0, unit: "number" },
    });
    const heavy =
      "rs1: { address: 10.0.0.1, weight: 60000 }, rs2: { address: 10.0.0.2, weight: 50000 }";
    const by = accepted(readText(text("quorum: { count: weights, up: 110000, down: 60% }", heavy)));
    assert.deepEqual(by.virtualServers[0]?.quorum, {
      count: "weights",
      up: { value: 110_000, unit: "number" },
      down: { value: 60, unit: "percent" },
    });
  });

  it("a sorry server has the virtual server's forwarding, and its port by null, where it says none", () => {
    assert.deepEqual(web("sorry_server: { address: 10.0.0.99 }").sorryServer, {
      address: "10.0.0.99",
      port: null,
      forwarding: "nat",
    });
    assert.deepEqual(
      web("sorry_server: { address: 10.0.0.99, port: 8080 }\n    forwarding: nat").sorryServer,
      { address: "10.0.0.99", port: 8080, forwarding: "nat" },
    );
    assert.deepEqual(web("sorry_server: { address: 10.0.0.99, forwarding: direct }").sorryServer, {
      address: "10.0.0.99",
      port: null,
      forwarding: "direct",
    });
  });

  it("`local` is the router itself, with a page of the operator's", () => {
    const server = web("sorry_server: local\n    sorry_page: /etc/lvsd/sorry.html");
    assert.deepEqual([server.sorryServer, server.sorryPage], ["local", "/etc/lvsd/sorry.html"]);
  });

  it("a panic threshold is percent, with or without the sign", () => {
    assert.equal(web("panic_threshold: 40").panicThreshold, 40);
    assert.equal(web("panic_threshold: 40%").panicThreshold, 40);
  });

  it("damping has defaults, and is off unless it is written", () => {
    assert.deepEqual(web("damping: {}").damping, { changes: 6, within: 600_000, hold: 300_000 });
    assert.equal(web("damping: off").damping, "off");
    assert.equal(web("").damping, "off");
    assert.equal(web("slow_start: 30s").slowStart, 30_000);
  });
});

describe("values that are none", () => {
  const wrong: readonly (readonly [name: string, keys: string, message: RegExp])[] = [
    ["a quorum of none", "quorum: { up: 0 }", /0 real servers are always there/],
    ["up and down at once", "quorum: { up: 1, down: 1 }", /down: 1 is not less than up/],
    ["the same in percent", "quorum: { up: 50%, down: 50% }", /down: 50% is not less than up/],
    ["percent beyond all", "quorum: { up: 101% }", /101% is too much/],
    ["no weight at all", "quorum: { count: weights, up: 0 }", /a weight of 0 is always there/],
    ["a quorum of something else", "quorum: { count: connections }", /unknown count "connections"/],
    ["words for a quorum", "quorum: { up: most }", /neither a number nor a percentage/],
    ["a panic beyond all", "panic_threshold: 101", /no percentage/],
    ["damping by one change", "damping: { changes: 1 }", /1 is too small/],
    ["another word than local", "sorry_server: here", /where a map of keys is expected/],
  ];

  for (const [name, keys, message] of wrong)
    it(`refused: ${name}`, () => {
      accepted(readText(text("")));
      const problems = refused(readText(text(keys)));
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.match(problems[0]?.message ?? "", message);
      assert.ok(problems[0]?.line);
      assert.ok(problems[0]?.hint);
    });
});
