/** What an answer of a load monitor makes of the load that was known; the program is the test's. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { RunCommand } from "../../../src/checks/program/unprivileged.ts";
import type { LoadMonitor } from "../../../src/config/schema/load-monitor.ts";
import { askLoad } from "../../../src/daemon/load/load-questions.ts";
import { noLoad } from "../../../src/health/load/load.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { realServer } from "../../table/configs.ts";

const monitor: LoadMonitor = {
  type: "command",
  port: null,
  interval: seconds(10),
  timeout: ms(1000),
  send: null,
  oid: null,
  communityFile: null,
  command: "/load",
  args: [],
  divideBy: 1,
  rule: "lvsd",
  minPercent: null,
  maxPercent: null,
};

it("a monitor that only measures takes back what an agent before it has said", async () => {
  const runCommand: RunCommand = async () => ({
    kind: "ended" as const,
    status: 0,
    killedBy: null,
    output: Buffer.from("1.4\n"),
    complaint: Buffer.alloc(0),
  });
  const before = { ...noLoad, administrative: "drain", isUp: false, connectionsMax: 5 } as const;
  const { signal } = new AbortController();
  const question = { monitor, realServer: realServer("rs1"), before, signal };
  const rwho = { load: () => Promise.reject(new Error("not asked here")) };
  const answer = await askLoad(question, { runCommand, rwho });
  assert.deepEqual(answer, { load: { ...noLoad, factor: 0.75 }, value: 1.4 });
});
