/** `lvsd top` on a real pseudo-terminal, which script(1) opens: what a terminal shows of it. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sampleStatus } from "../../control/sample.ts";
import { serve } from "../recorder.ts";
import { Screen } from "./screen.ts";

const main = join(import.meta.dirname, "../../../src/main.ts");

class Session {
  readonly screen = new Screen();
  /** Bytes of each write that arrived since the last question. */
  bytes = 0;
  ended = false;
  readonly #child: ChildProcess;

  constructor(t: TestContext, runDir: string) {
    const commands = [
      "stty rows 24 cols 80",
      'echo "tty=$(tty) before=$(stty -g)."',
      `"${process.execPath}" "${main}" top --run-dir "${runDir}"`,
      'echo "status=$? after=$(stty -g)."',
    ];
    this.#child = spawn("script", ["-q", "-f", "-c", commands.join("\n"), "/dev/null"], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, TERM: "xterm", SHELL: "/bin/sh" },
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.bytes += text.length;
      this.screen.write(text);
    });
    this.#child.once("exit", () => {
      this.ended = true;
    });
    t.after(() => this.#child.kill("SIGKILL"));
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    for (let tries = 0; !holds(); tries++) {
      assert.ok(tries < 2000, `${what}:\n${this.screen.text}\n${this.screen.said}`);
      await sleep(10);
    }
  }

  said(name: string): string | undefined {
    return new RegExp(`${name}=([^ .]*)`).exec(this.screen.said)?.[1];
  }
}

test("top on a terminal of 80 x 24: changed lines alone, resize, a daemon that dies, q", async (t) => {
  const { runDir, daemon, stop } = await serve(t);
  const session = new Session(t, runDir);
  const { screen } = session;
  await session.until("the first frame", () => /q quit/.test(screen.lines[23] ?? ""));
  assert.ok(screen.alternate && !screen.cursorShown);
  assert.match(screen.lines[0] ?? "", /^lvsd primary {2}active/);
  const before = screen.lines;
  const frame = session.bytes;

  session.bytes = 0;
  const { peer } = sampleStatus;
  daemon.current = { ...sampleStatus, peer: peer && { ...peer, state: "fault" } };
  await session.until("a change is shown", () => /^peer fault/.test(screen.lines[1] ?? ""));
  assert.deepEqual(screen.lines.toSpliced(1, 1), before.toSpliced(1, 1));
  assert.ok(
    session.bytes < 160,
    `${session.bytes} bytes for one line, ${frame} for the first frame`,
  );

  session.bytes = 0;
  session.type("j");
  await session.until("it scrolls", () => /^ {2}rs1 /.test(screen.lines[4] ?? ""));
  session.type("k");
  await session.until("and back", () => /^web /.test(screen.lines[4] ?? ""));

  screen.columns = 100;
  screen.rows = 30;
  execFileSync("stty", ["-F", session.said("tty") ?? "", "rows", "30", "cols", "100"]);
  await session.until("the new size", () => /q quit/.test(screen.lines[29] ?? ""));
  assert.equal(screen.lines.length, 30);

  await stop();
  await session.until("the daemon has died", () => screen.lines[2]?.includes("lvsd.sock") === true);
  assert.equal(screen.lines.length, 30, "the last sample stays");

  session.type("q");
  await session.until("it has ended", () => session.said("after") !== undefined);
  assert.ok(!screen.alternate && screen.cursorShown, "the screen and the cursor are back");
  assert.equal(session.said("status"), "0");
  assert.equal(session.said("after"), session.said("before"), "so are the terminal's settings");
  assert.deepEqual(screen.strange, []);
});
