import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../../src/config/read-config.ts";
import { base } from "./piranha/imported.ts";

test("each problem of the result names the line of lvs.cf", () => {
  const text = `${base}virtual other {\n  active = 1\n  address = 192.0.2.1 eth0:2\n  port = 82\n}\n`;
  const result = readConfig("/etc/sysconfig/ha/lvs.cf", { read: () => ({ text }), glob: () => [] });
  assert.ok("problems" in result);
  const [problem] = result.problems;
  assert.equal(problem?.file, "/etc/sysconfig/ha/lvs.cf");
  assert.equal(
    problem?.line,
    text.split("\n").findIndex((line) => line.includes("192.0.2.1 eth0:2")) + 1,
  );
});
