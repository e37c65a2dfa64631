import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { LvsdEvent } from "../../../../../src/model/event.ts";
import { openLog, textLine } from "../../../../../src/system/process/log.ts";
import { eventually } from "../../../../system/scripts.ts";

const event: LvsdEvent = {
  event: "link",
  kind: "down",
  device: "eth0",
  text: "no carrier",
  at: "2026-01-02T03:04:05.678Z",
  severity: "warn",
  message: "eth0 has no carrier",
};

function file(t: TestContext): { readonly fd: number; readonly text: () => string } {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-log-"));
  const name = join(directory, "log");
  const fd = openSync(name, "a");
  t.after(() => {
    closeSync(fd);
    rmSync(directory, { recursive: true, force: true });
  });
  return { fd, text: () => readFileSync(name, "utf8") };
}

test("for journald an event is one JSON line behind its priority", async (t) => {
  const { fd, text } = file(t);
  const log = openLog({ fd });
  log.event(event);
  log.event({ ...event, severity: "error", message: "two\nlines" });
  log.event({ ...event, severity: "info" });
  await log.flush();
  const lines = text().trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => line.slice(0, 3)),
    ["<4>", "<3>", "<6>"],
  );
  assert.deepEqual(JSON.parse(lines[0]?.slice(3) ?? ""), {
    severity: "warn",
    event: "link",
    kind: "down",
    device: "eth0",
    text: "no carrier",
    at: "2026-01-02T03:04:05.678Z",
    message: "eth0 has no carrier",
  });
  assert.equal(log.lost, 0);
});

test("on a terminal an event is a sentence with its time", async (t) => {
  const { fd, text } = file(t);
  const log = openLog({ fd, terminal: true });
  log.event(event);
  log.event({ ...event, severity: "info" });
  await log.flush();
  assert.match(
    text(),
    /^\d\d:04:05\.678 link: WARN: eth0 has no carrier\n\d\d:04:05\.678 link: eth0 has no carrier\n$/,
  );
  assert.equal(textLine(event), text().split(/(?<=\n)/)[0]);
});

/** Speaks 20,000 events on stdout, then says on stderr how many it lost. A write that waits never ends. */
const speaker = `
import { openLog } from ${JSON.stringify(new URL("../../../../../src/system/process/log.ts", import.meta.url).href)};
const log = openLog();
const event = ${JSON.stringify({ ...event, text: "x".repeat(200) })};
for (let round = 0; round < 100; round += 1) {
  for (let count = 0; count < 200; count += 1) log.event(event);
  await new Promise((resolve) => setTimeout(resolve, 1));
}
await log.flush();
process.stderr.write(JSON.stringify({ lost: log.lost }));
process.exit(0);
`;

/** Ends the speaker when it takes too long: a test that fails must not hang. */
const patienceMs = 20_000;

async function speak(stdout: "pipe" | number): Promise<{ lost: number }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", speaker], {
    stdio: ["ignore", stdout, "pipe"],
    timeout: patienceMs,
    killSignal: "SIGKILL",
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  // Nobody reads the pipe: it is full after 64 KiB.
  if (stdout === "pipe") child.stdout?.pause();
  await new Promise((resolve) => child.once("exit", resolve));
  await eventually("its last words", () => said.endsWith("}"));
  child.stdout?.destroy();
  return JSON.parse(said) as { lost: number };
}

test("a reader that has stopped costs lines and nothing else", async () => {
  const { lost } = await speak("pipe");
  assert.ok(lost > 0, "what does not fit is given up and counted");
});

test("a full device costs lines and nothing else", async () => {
  const full = openSync("/dev/full", "w");
  const { lost } = await speak(full);
  closeSync(full);
  assert.ok(lost > 0);
});

test("a reader that is gone does not end the daemon", () => {
  const command = `"$0" --input-type=module -e "$1" | true; exit \${PIPESTATUS[0]}`;
  const told = execFileSync("bash", ["-c", command, process.execPath, speaker], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: patienceMs,
    killSignal: "SIGKILL",
  });
  assert.equal(told.length, 0);
});

test("no hidden character reaches a terminal or the journal, and the journal's JSON keeps it", async (t) => {
  const message = "down\u001b[2K\u202eecalper\u200b\u2066\u009b1A\nlink: up";
  for (const terminal of [true, false]) {
    const { fd, text } = file(t);
    const log = openLog({ fd, terminal });
    log.event({ ...event, message, text: message });
    await log.flush();
    assert.match(text(), /^[\x20-\x7e]+\n$/);
    if (!terminal) assert.equal(JSON.parse(text().slice(3)).message, message);
  }
});
