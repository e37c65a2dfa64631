/** A router's console, on the lab's own machine: a process that has the control socket alone. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { password, Visitor } from "../../console/visitor.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import type { Router } from "./router.ts";

const startsWithinMs = 30_000;
const unitFile = new URL("../../../systemd/lvsd-console.service", import.meta.url);
const niceOfUnit = /^Nice=(\d+)$/m.exec(readFileSync(unitFile, "utf8"))?.[1] ?? "0";

/**
 * Starts it with one user, and returns the visitor that has logged in. As its unit says, it gives
 * way to the daemon; a guest's one processor has the clock for that.
 */
export async function visitConsole(
  lab: Lab,
  router: Router,
  port: number,
  how: "as the lab" | "as its unit" = "as the lab",
): Promise<Visitor> {
  const program = `${lab.surroundings.project}/bin/lvsd`;
  const stateDir = `${router.directory}/console`;
  mkdirSync(stateDir, { mode: 0o750 });
  const made = spawnSync(program, ["passwd", "--state-dir", stateDir], { input: `${password}\n` });
  expect(made.status === 0, `lvsd passwd makes a user: ${made.stderr}`);
  const log = openSync(`${router.directory}/console.log`, "a");
  const gives = how === "as its unit" ? ["nice", "-n", niceOfUnit] : [];
  const [command = program, ...head] = [...gives, program];
  const child = spawn(
    command,
    [
      ...head,
      ...["console", "--run-dir", router.runDirectory, "--state-dir", stateDir],
      ...["--listen", "127.0.0.1", "--port", `${port}`],
    ],
    { stdio: ["ignore", log, log] },
  );
  lab.endWith(() => ended(child));
  const visitor = new Visitor(`http://127.0.0.1:${port}`);
  await waitFor(`the console of ${router.name} answers`, startsWithinMs, () =>
    visitor.get("/login").then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  const { status } = await visitor.login("admin");
  expect(status === 303, `the user logs in at ${router.name}`);
  return visitor;
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  for (let wait = 0; child.exitCode === null && wait < 200; wait += 1) await sleep(10);
  child.kill("SIGKILL");
}
