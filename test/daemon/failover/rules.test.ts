import assert from "node:assert/strict";
import { test } from "node:test";
import { rulesOf } from "../../../src/daemon/failover/rules.ts";
import { accepted, readText, soundText } from "../../config/texts.ts";

const rules = (text: string, role: "primary" | "backup" = "primary") =>
  rulesOf({ config: accepted(readText(text)), role });

test("the machine's rules are the configuration's", () => {
  const { cluster, config, ...rest } = rules(soundText, "backup");
  assert.deepEqual(rest, {
    role: "backup",
    protocol: "lvsd",
    alone: false,
    paths: ["public", "private"],
    interval: 250,
    deadAfter: 1000,
    warnAfter: 500,
    startDelay: 3000,
    failback: "auto",
    failbackDelay: 10_000,
    arbiter: false,
    fence: null,
  });
  assert.deepEqual([config.serial, config.hash.length], [3, 32]);
  assert.equal(rules(soundText).cluster, cluster, "both routers are of one pair");
});

test("another address is another pair; a gateway is an arbiter, and a fence has its rule", () => {
  const other = soundText.replaceAll("192.168.26.8", "192.168.26.7");
  assert.notEqual(rules(other).cluster, rules(soundText).cluster);
  const keys =
    "failback: manual\n  gateway: 192.168.26.1\n  fence: { command: /f, on_failure: take_over }";
  const kept = soundText.replace("failback: auto", keys);
  const { failback, arbiter, fence } = rules(kept);
  assert.deepEqual([failback, arbiter, fence?.onFailure], ["manual", true, "take_over"]);
});

test("a router without a backup is alone", () => {
  const alone = soundText.replace(/ {2}backup.*\n/, "").replace(", private: 10.11.12.9", "");
  assert.equal(rules(alone).alone, true);
});
