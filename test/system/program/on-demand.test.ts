import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { ms, seconds } from "../../../src/model/time.ts";
import { programOnDemand } from "../../../src/system/program/on-demand.ts";

/** A shell that repeats what it is told; `exit` ends it, `silent` is answered by nothing. */
const script =
  'while read line; do case "$line" in exit) exit 3;; silent) ;; *) echo "$line";; esac; done';

function repeater(t: TestContext) {
  let done = Promise.withResolvers<void>();
  const heard: string[] = [];
  const ends: string[] = [];
  let starts = 0;
  const program = programOnDemand({
    file: "sh",
    args: ["-c", script],
    onStart: () => {
      starts += 1;
    },
    onLine: (line) => {
      heard.push(line);
      done.resolve();
    },
    onEnd: (why) => {
      ends.push(why);
      done.reject(new Error(why));
    },
  });
  t.after(() => program.drop());
  const ask = (text: string, patience = seconds(20)): Promise<void> => {
    done = Promise.withResolvers<void>();
    return program.converse(`${text}\n`, done, patience);
  };
  return { program, ask, heard, ends, starts: () => starts };
}

describe("a program on demand", () => {
  it("is started when it is first asked, and is the same for what follows", async (t) => {
    const { ask, heard, starts, program } = repeater(t);
    assert.equal(starts(), 0);
    await ask("one");
    await ask("two");
    assert.deepEqual([heard, starts()], [["one", "two"], 1]);
    assert.equal(program.start(), program.start());
    assert.equal(starts(), 1);
  });

  it("that ends is reported to who asked, and started again by the next", async (t) => {
    const { ask, heard, ends, starts } = repeater(t);
    await assert.rejects(ask("exit"), /sh .*3/);
    await ask("again");
    assert.deepEqual([heard, ends.length, starts()], [["again"], 1, 2]);
  });

  it("that does not answer in time is killed, and its end is no news", async (t) => {
    const { program, ask, heard, ends, starts } = repeater(t);
    const silent = program.start();
    await assert.rejects(ask("silent", ms(50)), /^MachineError: sh: gave no answer within 50 ms/);
    await silent.ended;
    assert.equal(silent.alive, false);
    await ask("next");
    assert.deepEqual([heard, ends, starts()], [["next"], [], 2]);
  });

  it("that is dropped is gone when that is done", async (t) => {
    const { program, ask, ends } = repeater(t);
    await program.drop();
    await ask("one");
    const kept = program.start();
    await program.drop();
    assert.deepEqual([kept.alive, ends], [false, []]);
  });

  it("that is dropped leaves nobody waiting for its answer", async (t) => {
    const { program, ask, heard } = repeater(t);
    const asked = assert.rejects(ask("silent"), /^MachineError: sh: was ended before it answered$/);
    await program.drop();
    await asked;
    await ask("next");
    assert.deepEqual(heard, ["next"]);
  });

  it("that is not there is an error, and nothing is kept of it", () => {
    const program = programOnDemand({ file: "no-such-program", args: [], onLine() {}, onEnd() {} });
    assert.throws(() => program.start(), /no-such-program/);
    assert.throws(() => program.start(), /no-such-program/);
  });
});
