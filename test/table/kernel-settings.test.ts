import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelSettings } from "../../src/table/kernel-settings.ts";
import { accepted, readText, soundText } from "../config/texts.ts";

test("clients are led away from a real server that is gone, drained or quiesced", () => {
  const settings = kernelSettings(accepted(readText(soundText)));
  for (const name of ["expire_nodest_conn", "expire_quiescent_template", "conn_reuse_mode"]) {
    const found = settings.filter((setting) => setting.name === `net/ipv4/vs/${name}`);
    assert.deepEqual(
      found.map(({ value, needed }) => ({ value, needed })),
      [{ value: "1", needed: false }],
      name,
    );
  }
});
