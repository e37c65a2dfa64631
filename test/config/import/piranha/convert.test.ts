import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { importFiles } from "../../../../src/config/import/import.ts";
import { importDefaults } from "../../../../src/config/import/imported.ts";
import { readConfig } from "../../../../src/config/read-config.ts";
import { includes } from "../includes.ts";
import { base, configOf, kinds } from "./imported.ts";

describe("values are what Piranha's programs did with them", () => {
  test("routers, heartbeat, links and forwarding", () => {
    const config = configOf(base);
    assert.deepEqual(config.routers.primary, { public: "192.0.2.1", private: "10.0.0.1" });
    assert.deepEqual(config.routers.backup, { public: "192.0.2.2", private: "10.0.0.2" });
    assert.equal(config.heartbeat.interval, 6000);
    assert.equal(config.heartbeat.deadAfter, 18_000);
    assert.equal(config.heartbeat.protocol, "auto", "a Piranha on the other router is understood");
    assert.ok(kinds(base, "changed").some((text) => /heartbeat: .*pulse.*lvsd keygen/.test(text)));
    const alone = base.replace("backup_active = 1", "backup_active = 0");
    assert.equal(configOf(alone).heartbeat.protocol, "lvsd", "alone there is nobody to speak to");
    assert.ok(!kinds(alone, "changed").some((text) => /keygen/.test(text)));
    assert.equal(config.failover.failback, "manual");
    assert.equal(config.serial, 7);
    const [web] = config.virtualServers;
    assert.equal(web?.name, "web");
    assert.equal(web?.realServers[0]?.forwarding, "direct");
    assert.equal(web?.reentry, 180_000);
  });

  test("primary_private alone decides whether there is a private path", () => {
    const without = base.replace("primary_private = 10.0.0.1\n", "");
    assert.equal(configOf(without).routers.primary.private, null);
    assert.equal(kinds(without, "left-out").length, 1);
  });

  test("an inactive backup is no router", () => {
    const text = base.replace("backup_active = 1", "backup_active = 0");
    assert.equal(configOf(text).routers.backup, null);
  });

  test("a deadtime below two intervals is raised, and said", () => {
    const text = base.replace("deadtime = 18", "deadtime = 7");
    assert.equal(configOf(text).heartbeat.deadAfter, 12_000);
    assert.ok(kinds(text, "changed").some((line) => line.startsWith("9 deadtime: 12s")));
  });
});

describe("what was probably never meant is named with its line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    ["nat without a gateway", base.replace("= direct", "= nat"), /nat without nat_router/],
    ["a carriage return", base.replace("serial_no = 7\n", "# x\r\nserial_no = 7\n"), /line ends/],
  ];
  for (const [what, text, line] of cases)
    test(what, () => {
      assert.deepEqual(kinds(base, "suspicious"), []);
      includes(kinds(text, "suspicious"), line);
    });
});

test("lvs.cf is read where lvsd.yaml is", () => {
  const result = readConfig("/etc/lvs.cf", { read: () => ({ text: base }), glob: () => [] });
  assert.ok("config" in result, JSON.stringify(result));
  assert.equal(result.config.virtualServers[0]?.name, "web");
});

test("mutated files end in a result or in problems, whatever they are", () => {
  const mutation = fc.record({
    at: fc.nat(base.length),
    cut: fc.nat(40),
    put: fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom('"', "'", "{", "}", "\r", "\n", "="),
    ),
  });
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 8 }), fc.boolean(), (mutations, lenient) => {
      let text = base;
      for (const { at, cut, put } of mutations)
        text = text.slice(0, at) + put + text.slice(at + cut);
      const read = importFiles([{ name: "lvs.cf", text }], "piranha", {
        ...importDefaults,
        lenient,
      });
      if ("problems" in read) assert.ok(read.problems.length > 0);
      else readConfig("/lvsd.yaml", { read: () => ({ text: read.text }), glob: () => [] });
    }),
    { numRuns: 300 },
  );
});
