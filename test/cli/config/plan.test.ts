import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { guarded, invalidFile, samplePlan, sampleStatus } from "../../control/sample.ts";
import { lvsd, serve, temporary } from "../recorder.ts";

for (const command of ["plan", "reload"]) {
  describe(`lvsd ${command}`, { timeout: 20_000 }, () => {
    test("prints the changes and is done", async (t) => {
      const { runDir } = await serve(t);
      const report = await lvsd([command, "--run-dir", runDir]);
      assert.equal(report.status, 0);
      assert.match(report.out, /^4 changes (to make|made); 98 virtual services unchanged\n/);
      const json = await lvsd([command, "--json", "--run-dir", runDir]);
      assert.deepEqual([json.status, JSON.parse(json.out)], [0, samplePlan]);
    });

    test("exits 2 for an invalid file, with its places, and 1 for what does not hold now", async (t) => {
      const { runDir, daemon } = await serve(t);
      for (const [refusal, status, line] of [
        [
          invalidFile,
          2,
          "lvsd: /etc/lvsd/lvsd.yaml:12:15: heartbeat.dead_after: 300ms is less than 2 x interval (2 x 250ms) (use at least 500ms)\n",
        ],
        [
          guarded,
          1,
          "lvsd: the file removes 6 of 10 real servers, more than guard.remove_percent: 50 (give --yes if that is meant)\n",
        ],
      ] as const) {
        daemon.planned = async () => refusal;
        assert.deepEqual(await lvsd([command, "--run-dir", runDir]), {
          status,
          out: "",
          error: line,
        });
        const json = await lvsd([command, "--json", "--run-dir", runDir]);
        assert.equal(json.status, status);
        assert.deepEqual(JSON.parse(json.out), { ok: false, problems: refusal.problems });
      }
    });

    test("exits 2 for a file that is not the daemon's, and for one that is missing", async (t) => {
      const { runDir, daemon } = await serve(t);
      const own = join(temporary(t), "lvsd.yaml");
      const other = join(temporary(t), "other.yaml");
      writeFileSync(own, "");
      writeFileSync(other, "");
      daemon.current = { ...sampleStatus, config: { ...sampleStatus.config, path: own } };
      const run = (file: string) => lvsd([command, "-c", file, "--run-dir", runDir]);
      assert.equal((await run(own)).status, 0);
      const asked = daemon.forced.length;
      const { status, error } = await run(other);
      assert.equal(status, 2);
      assert.match(error, /other\.yaml: the daemon runs with .*lvsd\.yaml, not with this file/);
      const missing = await run(`${other}.not`);
      assert.deepEqual([missing.status, missing.error], [2, `lvsd: ${other}.not: no such file\n`]);
      assert.equal(daemon.forced.length, asked, "nothing was reloaded");
    });
  });
}
