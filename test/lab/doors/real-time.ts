/** Runs inside the lab, as root; each in a process of its own: the test runner stays as it is. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";

const source = (name: string): string =>
  JSON.stringify(join(import.meta.dirname, "../../../src/system", name));

/** proc(5), stat: rt_priority and policy are the 40th and the 41st field. */
const program = `
  import { spawn } from "node:child_process";
  import { readdirSync, readFileSync } from "node:fs";
  import { setTimeout as sleep } from "node:timers/promises";
  import { enterRealTime, leaveRealTime, priorities } from ${source("process/real-time.ts")};
  import { keepProgram, runningPrograms } from ${source("program/program.ts")};

  const scheduled = (place) => {
    const fields = readFileSync("/proc/" + place + "/stat", "utf8").replace(/^.*\\) /s, "").split(" ");
    return { policy: Number(fields[38]), priority: Number(fields[37]) };
  };
  const cat = () => keepProgram({ file: "cat", args: [], onLine() {}, onEnd() {} });
  const threads = () =>
    readdirSync("/proc/self/task")
      .filter((thread) => Number(thread) !== process.pid)
      .map((thread) => scheduled("self/task/" + thread));
  const kept = [cat()];
  const entered = await enterRealTime(runningPrograms());
  kept.push(cat());
  const check = spawn("sleep", ["60"]);
  while (readFileSync("/proc/" + check.pid + "/comm", "utf8") !== "sleep\\n") await sleep(5);
  const told = {
    priorities,
    entered,
    loop: scheduled("self"),
    threads: threads(),
    programs: [...runningPrograms()].map(scheduled),
    check: scheduled(check.pid),
  };
  if (entered) leaveRealTime();
  console.log(JSON.stringify({ ...told, left: scheduled("self") }));
  check.kill();
  for (const each of kept) each.kill();
`;

const play = (limit: number) =>
  JSON.parse(
    execFileSync(
      "prlimit",
      [`--rtprio=${limit}`, process.execPath, "--input-type=module", "-e", program],
      { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } },
    ),
  );

const ordinary = { policy: 0, priority: 0 };
const roundRobin = 2;

describe("real time", () => {
  it("is entered by nobody who was not given leave", () => {
    const { entered, loop, threads, programs } = play(0);
    assert.equal(entered, false);
    for (const each of [loop, ...threads, ...programs]) assert.deepEqual(each, ordinary);
  });

  const leave = spawnSync("prlimit", ["--rtprio=3", "true"]).status === 0;
  const skip = leave ? false : "root may not raise limits here";

  it("puts the loop before its programs, these before its threads, and no check's", {
    skip,
  }, () => {
    const { entered, priorities, loop, threads, programs, check } = play(3);
    assert.equal(entered, true);
    assert.ok(priorities.loop > priorities.programs && priorities.programs > priorities.threads);
    assert.deepEqual(loop, { policy: roundRobin, priority: priorities.loop });
    assert.ok(threads.length >= 4, "those of V8 and those that read files");
    for (const each of threads)
      assert.deepEqual(each, { policy: roundRobin, priority: priorities.threads });
    assert.equal(programs.length, 2);
    for (const each of programs)
      assert.deepEqual(each, { policy: roundRobin, priority: priorities.programs });
    assert.deepEqual(check, ordinary);
  });

  it("is left for the start of the next process", { skip }, () => {
    assert.deepEqual(play(3).left, ordinary);
  });
});
