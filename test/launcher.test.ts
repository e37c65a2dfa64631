/**
 * The doors of the runtime: whoever can signal the daemon, or chooses its environment, must not
 * thereby run code in it. Attacks the launcher's own command line, with and without its defences.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sources, text } from "./checkout.ts";

/** Says that it is there, with a thread that is there as well; says so again when asked. */
const program = `
import { Worker } from "node:worker_threads";
const thread = new Worker("setInterval(() => {}, 1000)", { eval: true, env: {}, execArgv: [] });
thread.once("online", () => console.log("ready " + Object.keys(process.env).join(" ")));
process.stdin.on("data", () => console.log("alive"));
`;

/** Starts `program` with the launcher, whose text may be changed first. */
async function started(
  t: TestContext,
  environment: NodeJS.ProcessEnv,
  change = (launcher: string): string => launcher,
): Promise<{ child: ChildProcess; place: string; said: string }> {
  const place = mkdtempSync(join(tmpdir(), "lvsd-launcher-"));
  t.after(() => rmSync(place, { recursive: true, force: true }));
  for (const name of ["bin", "dist/lvsd"]) mkdirSync(join(place, name), { recursive: true });
  symlinkSync(process.execPath, join(place, "dist/lvsd/node"));
  writeFileSync(join(place, "dist/lvsd/main.mjs"), program);
  const launcher = change(text("bin/lvsd"));
  writeFileSync(join(place, "bin/lvsd"), launcher, { mode: 0o755 });
  const child = spawn(join(place, "bin/lvsd"), [], {
    cwd: place,
    env: { PATH: "/usr/bin:/bin", ...environment },
    stdio: ["pipe", "pipe", "ignore"],
  });
  t.after(() => child.kill("SIGKILL"));
  return { child, place, said: await word(child) };
}

async function word({ stdout }: ChildProcess): Promise<string> {
  assert.ok(stdout !== null);
  const [bytes] = (await once(stdout, "data")) as [Buffer];
  return bytes.toString();
}

/** How many TCP sockets of this process listen: proc(5), state 0A of /proc/net/tcp. */
function listening(pid: number): number {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? ""];
      } catch {
        return [];
      }
    }),
  );
  return ["tcp", "tcp6"]
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, "utf8").split("\n").slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === "0A" && own.has(fields[9] ?? "-")).length;
}

/** What SIGUSR1 leaves: listening sockets once one is there, or after a while. */
async function afterSignal(child: ChildProcess): Promise<number> {
  const { pid } = child;
  assert.ok(pid !== undefined);
  child.kill("SIGUSR1");
  for (let looks = 0; looks < 40 && child.exitCode === null; looks += 1) {
    if (listening(pid) > 0) break;
    await sleep(25);
  }
  return listening(pid);
}

describe("the launcher", () => {
  it("leaves no debugger to SIGUSR1, and the process lives", async (t) => {
    const { child } = await started(t, {});
    assert.equal(await afterSignal(child), 0);
    child.stdin?.write("?");
    assert.equal(await word(child), "alive\n");
  });

  it("would leave one without its option, so this test can see it", async (t) => {
    const { child } = await started(t, {}, (launcher) =>
      launcher.replace("--disable-sigusr1 ", "--inspect-port=0 "),
    );
    assert.equal(await afterSignal(child), 1);
  });

  it("passes on no variable that loads code, listens or writes files", async (t) => {
    const place = mkdtempSync(join(tmpdir(), "lvsd-launcher-"));
    t.after(() => rmSync(place, { recursive: true }));
    const mark = join(place, "mark");
    writeFileSync(join(place, "evil.cjs"), `require("fs").writeFileSync("${mark}", "")`);
    const options = `--require ${place}/evil.cjs --inspect=127.0.0.1:0 --heapsnapshot-signal=SIGUSR2`;
    const attack = { NODE_OPTIONS: options, NODE_V8_COVERAGE: place, OPENSSL_CONF: place };
    const open = await started(t, attack, (launcher) => launcher.replace("unset", ": unset"));
    assert.ok(existsSync(mark), "the attack works without the defence");
    assert.equal(listening(open.child.pid ?? 0), 1);
    rmSync(mark);
    const { child, said } = await started(t, attack);
    assert.ok(!existsSync(mark));
    assert.equal(listening(child.pid ?? 0), 0);
    assert.doesNotMatch(said, /NODE_|OPENSSL_/);
  });

  it("starts what is installed before a bundle, and a bundle before the sources", (t) => {
    const place = mkdtempSync(join(tmpdir(), "lvsd-launcher-"));
    t.after(() => rmSync(place, { recursive: true }));
    const said = (): string =>
      execFileSync(join(place, "bin/lvsd"), { cwd: "/", encoding: "utf8", stdio: "pipe" });
    for (const name of ["bin", "src", "dist/lvsd", "lib/lvsd/current", "node_modules/.bin"])
      mkdirSync(join(place, name), { recursive: true });
    writeFileSync(join(place, "bin/lvsd"), text("bin/lvsd"), { mode: 0o755 });
    assert.throws(said, /node is missing: in a checkout run make setup/);
    symlinkSync(process.execPath, join(place, "node_modules/.bin/node"));
    writeFileSync(join(place, "src/main.ts"), `console.log("sources" as string)`);
    assert.equal(said(), "sources\n");
    for (const where of ["dist/lvsd", "lib/lvsd/current"]) {
      symlinkSync(process.execPath, join(place, where, "node"));
      writeFileSync(join(place, where, "main.mjs"), `console.log("${where}")`);
      assert.equal(said(), `${where}\n`);
    }
  });

  it("has threads that take neither environment nor options over", () => {
    const starting = sources.map(text).filter((source) => source.includes("new Worker("));
    assert.ok(starting.length > 0);
    for (const source of starting) assert.match(source, /env: \{\},\s+execArgv: \[\]/);
  });
});
