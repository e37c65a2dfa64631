import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { Tried } from "../../../src/checks/check.ts";
import { fillIn } from "../../../src/checks/program/command.ts";
import type { CommandCheck } from "../../../src/config/config.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { commandCheck, tryOnce, until } from "../servers.ts";

const endpoint = { address: "192.0.2.7" as IpAddress, port: 8080 };
const failure = (tried: Tried): string =>
  tried.kind === "failed" ? `${tried.reason}: ${tried.why}` : "passed";
const shell = (script: string, changes: Partial<CommandCheck> = {}): CommandCheck =>
  commandCheck("/bin/sh", ["-c", script], changes);

const commands: [string, CommandCheck, RegExp][] = [
  ["passes exit status 0", commandCheck("/bin/true"), /^passed$/],
  ["fails any other exit status", commandCheck("/bin/false"), /^exit: exit status 1$/],
  [
    "says what the command complained of",
    shell("echo why >&2; exit 3"),
    /^exit: exit status 3, said "why\\n"$/,
  ],
  ["fails a command that was killed", shell("kill -9 $$"), /^exit: killed by SIGKILL$/],
  [
    "takes a command that is missing for this machine's own trouble",
    commandCheck("/nowhere/at-all"),
    /^local: \/nowhere\/at-all is missing or cannot be run here$/,
  ],
  [
    "takes a file that may not be run for this machine's own trouble",
    commandCheck("/etc/passwd"),
    /^local: \/etc\/passwd is missing or cannot be run here$/,
  ],
  [
    "fails a command that finds something missing itself",
    shell("exit 127"),
    /^exit: exit status 127$/,
  ],
  ["passes the expected output", shell("echo all OK", { expect: "OK" }), /^passed$/],
  [
    "fails other output",
    shell("echo FAIL", { expect: "OK" }),
    /^unexpected: it printed "FAIL\\n"$/,
  ],
  ["passes a match", shell("echo 42", { expect: "^\\d+$", regex: true }), /^passed$/],
  [
    "wants exit status 0 as well",
    shell("echo OK; exit 1", { expect: "OK" }),
    /^exit: exit status 1/,
  ],
  [
    "starts no shell",
    commandCheck("/bin/echo", ["$HOME; echo x"], { expect: "$HOME; echo x" }),
    /^passed$/,
  ],
  ["gives no input", shell("read line && echo got; echo end", { expect: "end" }), /^passed$/],
  ["does not let output grow", shell("exec cat /dev/zero"), /^too-long: it printed more than/],
  ["fails garbage in printable words", shell("printf '\\033[2J\\377'; exit 1"), /^exit: [ -~]+$/],
  [
    "does not wait for what a command leaves in the background",
    shell("sleep 60 & echo done", { expect: "done" }),
    /^passed$/,
  ],
];

/** A file for a script to write its group into, and whether a process of that group lives. */
function groupOf(context: TestContext): { file: string; alive: () => boolean } {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-command-"));
  context.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "group");
  const alive = (): boolean => {
    if (!existsSync(file)) return false;
    const group = readFileSync(file, "utf8").trim();
    return readdirSync("/proc").some((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        // proc(5): state and process group follow the name, which stands in brackets.
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const [state, , inGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return inGroup === group && state !== "Z";
      } catch {
        return false;
      }
    });
  };
  return { file, alive };
}

describe("a command check", () => {
  for (const [name, check, judged] of commands)
    it(name, async () => assert.match(failure(await tryOnce(check, endpoint)), judged));

  it("fills in address and port anywhere in an argument", async () => {
    assert.equal(fillIn("http://%h:%p/%h?%%p", endpoint), "http://192.0.2.7:8080/192.0.2.7?%8080");
    const check = commandCheck("/bin/echo", ["to=%h:%p"], { expect: "to=192.0.2.7:8080" });
    assert.equal(failure(await tryOnce(check, endpoint)), "passed");
  });

  it("has an environment of its own, and what the check adds", async () => {
    process.env.LVSD_SECRET = "secret";
    const seen = "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLANG=C.UTF-8\nMORE=1$";
    const changes = { environment: { MORE: "1" }, expect: `^${seen}`, regex: true };
    const tried = await tryOnce(commandCheck("/usr/bin/env", [], changes), endpoint);
    delete process.env.LVSD_SECRET;
    assert.equal(failure(tried), "passed");
  });

  it("has no capability and cannot get one back", async () => {
    const wanted = ["Inh", "Prm", "Eff", "Amb"].map((set) => `Cap${set}:\t0{16}`).join("(.|\n)*");
    const root = process.getuid?.() === 0;
    const bounding = root ? "(.|\n)*CapBnd:\t0{16}" : "";
    // The first pattern that is not plain starts the thread that matches such ones.
    const patient = { regex: true, timeout: seconds(20) };
    const status = commandCheck("/bin/cat", ["/proc/self/status"], patient);
    const order = wanted.replace("(.|\n)*CapAmb", `${bounding}(.|\n)*CapAmb`);
    assert.equal(failure(await tryOnce({ ...status, expect: order }, endpoint)), "passed");
    const sealed = { ...status, expect: "NoNewPrivs:\t1" };
    assert.equal(failure(await tryOnce(sealed, endpoint)), "passed");
  });

  it("is killed at its deadline with all it started, though it ignores the signals", async (context) => {
    const { file, alive } = groupOf(context);
    const script = `trap '' TERM INT HUP; (trap '' TERM; sleep 60) & echo $$ > ${file}; sleep 60; wait`;
    const trying = tryOnce(shell(script, { timeout: ms(500) }), endpoint);
    await until("the group lives", alive);
    const tried = await trying;
    assert.equal(failure(tried), "timeout: no end of the command within 500ms");
    assert.ok(tried.took < 1_500, `took ${tried.took} ms`);
    await until("nothing of the group lives", () => !alive());
  });

  it("leaves nothing in the background after its own end", async (context) => {
    const { file, alive } = groupOf(context);
    const script = `sleep 60 & echo $$ > ${file}`;
    assert.equal(failure(await tryOnce(shell(script), endpoint)), "passed");
    await until("nothing of the group lives", () => !alive());
  });
});

describe("the conventions of other systems' programs", () => {
  it("keepalived's: 0 passes, 1 fails, and from 2 on the status is a weight", async () => {
    const status = async (script: string) => {
      const tried = await tryOnce(shell(script, { convention: "keepalived" }), endpoint);
      return tried.kind === "passed" ? (tried.weight ?? "passed") : failure(tried);
    };
    assert.equal(await status("exit 0"), "passed");
    assert.equal(await status("exit 1"), "exit: exit status 1");
    assert.equal(await status("exit 2"), 0);
    assert.equal(await status("exit 42"), 40);
    assert.equal(await status("exit 255"), 253);
    assert.equal(await status("kill -9 $$"), "exit: killed by SIGKILL");
    // Without the convention such a status is a failure.
    assert.match(failure(await tryOnce(shell("exit 2"), endpoint)), /^exit: exit status 2/);
  });
});
