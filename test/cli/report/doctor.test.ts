import assert from "node:assert/strict";
import { test } from "node:test";
import { doctorReport } from "../../../src/cli/report/doctor.ts";
import { plain } from "../../../src/cli/report/paint.ts";

test("the report has the gravest first, each finding once with all that was seen", () => {
  const found = (finding: string, severity: "prevents" | "advises", seen: string) =>
    ({ finding, severity, seen, says: `What ${finding} says.`, remedy: null }) as const;
  const findings = [
    found("b", "advises", "one"),
    { ...found("a", "prevents", "two"), remedy: "mend it" },
    found("a", "prevents", "three"),
  ];
  assert.equal(
    doctorReport(
      { role: "backup", daemon: true, peer_unknown: null, findings, examined: 27 },
      plain,
    ),
    `prevents service
  a: What a says.
    two
      mend it
    three

to know
  b: What b says.
    one

27 findings looked for, 2 found; this machine is the backup
`,
  );
});
