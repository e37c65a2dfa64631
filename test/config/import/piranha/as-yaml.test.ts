import assert from "node:assert/strict";
import { test } from "node:test";
import { asYaml } from "../../../../src/config/import/piranha/as-yaml.ts";
import { readConfig } from "../../../../src/config/read-config.ts";
import { withSerial } from "../../../../src/config/saving/edit.ts";
import { text } from "../../../checkout.ts";
import { filesOf, mainPath } from "../../texts.ts";

const lvs = text("test/fixtures/foreign/piranha/nat.cf");
const loaded = (of: string) => {
  const read = readConfig(mainPath, filesOf({ [mainPath]: of }));
  assert.ok("config" in read, JSON.stringify(read));
  return read.config;
};

test("the YAML in the place of an lvs.cf is the same configuration, and takes a serial", () => {
  const yaml = asYaml(mainPath, lvs);
  assert.ok(yaml !== null);
  assert.match(yaml, /^# Saved by lvsd in the place of Piranha's lvs\.cf/);
  assert.match(yaml, /lvsd\.yaml:\d+/, "lines are named");
  const raised = withSerial(yaml, 13);
  assert.ok(raised !== null);
  assert.deepEqual({ ...loaded(raised), serial: 12, hash: "" }, { ...loaded(lvs), hash: "" });
});

test("what is none of Piranha's, or what it refuses, is not written anew", () => {
  assert.equal(asYaml(mainPath, "serial: 1\n"), null);
  assert.equal(asYaml(mainPath, "primary = 192.0.2.1 # old\n"), null);
});
