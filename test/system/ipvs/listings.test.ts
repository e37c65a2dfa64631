import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { ms, seconds } from "../../../src/model/time.ts";
import { openListings } from "../../../src/system/ipvs/listings.ts";
import { runningPrograms, systemPath } from "../../../src/system/program/program.ts";
import { eventually, install, runs, scripts } from "../scripts.ts";

const listing = 'echo "$$ $@" >> $here/calls; echo "IP Virtual Server"; echo "TCP $2"';

test("listings come from one shell, one after the other, each with its own option", async (t) => {
  const directory = scripts(t, { ipvsadm: listing });
  const listings = openListings(`${directory}:${systemPath}`);
  t.after(listings.close);
  const [stats, rate] = await Promise.all([listings.list("--stats"), listings.list("--rate")]);
  assert.equal(stats, "IP Virtual Server\nTCP --stats");
  assert.equal(rate, "IP Virtual Server\nTCP --rate");
  const calls = readFileSync(`${directory}/calls`, "utf8").trim().split("\n");
  assert.deepEqual(
    calls.map((call) => call.replace(/^\d+ /, "")),
    ["-Ln --stats --exact", "-Ln --rate --exact"],
  );
});

test("a listing that fails says how, and the next one is another", async (t) => {
  const directory = scripts(t, { ipvsadm: "echo half; exit 2" });
  const listings = openListings(`${directory}:${systemPath}`);
  t.after(listings.close);
  await assert.rejects(listings.list("--stats"), /^MachineError: ipvsadm -Ln: ended with status 2/);
  install(directory, "ipvsadm", listing);
  assert.equal(await listings.list("--stats"), "IP Virtual Server\nTCP --stats");
});

test("one that hangs is killed with its shell, and the next one has a new shell", async (t) => {
  const directory = scripts(t, { ipvsadm: "echo $$ > $here/hung; exec sleep 60" });
  const listings = openListings(`${directory}:${systemPath}`, ms(300));
  t.after(listings.close);
  await assert.rejects(listings.list("--rate"), /gave no answer within 300 ms and was killed/);
  const hung = Number(readFileSync(`${directory}/hung`, "utf8"));
  await eventually("what hung is gone", () => !runs(hung));
  install(directory, "ipvsadm", listing);
  const patient = openListings(`${directory}:${systemPath}`, seconds(5));
  t.after(patient.close);
  assert.match(await patient.list("--rate"), /TCP --rate/);
});

test("the shell ends with its owner, and is no real-time program", async (t) => {
  const directory = scripts(t, { ipvsadm: "echo $PPID > $here/shell" });
  const listings = openListings(`${directory}:${systemPath}`);
  await listings.list("--stats");
  const shell = Number(readFileSync(`${directory}/shell`, "utf8"));
  assert.ok(runs(shell));
  assert.ok(![...runningPrograms()].includes(shell));
  await listings.close();
  await eventually("the shell is gone", () => !runs(shell));
});

test("the end waits for no listing, and none begins after it", async (t) => {
  const directory = scripts(t, { ipvsadm: "echo $$ > $here/hung; exec sleep 60" });
  const listings = openListings(`${directory}:${systemPath}`, seconds(60));
  const ended = /^MachineError: .*(was ended before it answered|listings are closed)$/;
  const [first, queued] = (["--rate", "--stats"] as const).map((what) =>
    assert.rejects(listings.list(what), ended),
  );
  await eventually("one is under way", () => existsSync(`${directory}/hung`));
  await listings.close();
  await Promise.all([first, queued]);
  await assert.rejects(listings.list("--rate"), ended);
  const hung = Number(readFileSync(`${directory}/hung`, "utf8"));
  await eventually("what hung is gone", () => !runs(hung));
});

test("a process that opens it and asks for nothing can end", () => {
  const module = new URL("../../../src/system/ipvs/listings.ts", import.meta.url);
  const script = `(await import(${JSON.stringify(module.href)})).openListings();`;
  const { status, signal } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    timeout: 20_000,
  });
  assert.deepEqual([status, signal], [0, null]);
});

test("a shell that is started before it is asked answers, too", async (t) => {
  const directory = scripts(t, { ipvsadm: listing });
  const listings = openListings(`${directory}:${systemPath}`);
  t.after(listings.close);
  listings.start();
  assert.match(await listings.list("--rate"), /TCP --rate/);
});
