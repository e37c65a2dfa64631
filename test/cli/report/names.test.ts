import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../../src/cli/report/paint.ts";
import { statusReport } from "../../../src/cli/report/status.ts";
import type { Status } from "../../../src/control/api.ts";
import { sampleStatus } from "../../control/sample.ts";
import { now } from "./printed.ts";

test("host names stand with their addresses, who said them, and how long ago", () => {
  const names: Status["names"] = [
    {
      name: "app.internal",
      addresses: ["10.0.0.1"],
      source: "peer",
      last_error: null,
      answered: "2026-01-01T00:09:53Z",
    },
    {
      name: "gone.internal",
      addresses: [],
      source: "nowhere",
      answered: null,
      last_error: "the name servers know no address of it (ENOTFOUND)",
    },
  ];
  assert.ok(
    statusReport({ ...sampleStatus, names }, now, plain).includes(`
Names       app.internal is 10.0.0.1 (active router, 12s ago)
            gone.internal stands for no address; the name servers know no address of it (ENOTFOUND)
IPVS`),
  );
});
