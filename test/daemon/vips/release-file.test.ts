import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { leaveReleaseFile, removeReleaseFile } from "../../../src/daemon/vips/release-file.ts";
import { releaseBatch } from "../../../src/system/ip/ip.ts";
import { placeFor } from "../../system/place.ts";
import { address } from "../../table/tables.ts";

const vips = [
  {
    prefix: { address: address("192.0.2.2"), length: 24 },
    device: "eth0" as const,
    label: null,
    kind: "vip" as const,
  },
];

test("the clean-up finds the VIPs until nothing is held any more", (t) => {
  const runDir = placeFor(t);
  leaveReleaseFile({ runDir, report: (event) => assert.fail(JSON.stringify(event)) }, vips);
  const text = readFileSync(join(runDir, "release.batch"), "utf8");
  assert.equal(text, releaseBatch(vips));
  assert.match(text, /192\.0\.2\.2\/32 dev eth0/);
  removeReleaseFile(runDir);
  assert.equal(existsSync(join(runDir, "release.batch")), false);
  removeReleaseFile(runDir);
});

test("a disk that does not take it is reported", () => {
  const said: string[] = [];
  const report = (event: object): void => void said.push(JSON.stringify(event));
  leaveReleaseFile({ runDir: "/nowhere/lvsd", report }, vips);
  assert.match(said.join(), /after a crash the VIPs would stay behind/);
});
