import assert from "node:assert/strict";
import { test } from "node:test";
import { addressesOf, familiesOf, runsCommands, triedChecks } from "../../src/config/config.ts";
import { accepted, readText, soundText } from "./texts.ts";

const read = (text: string) => accepted(readText(text));
const withCheck = (check: string) =>
  soundText.replace(/check:\n[\s\S]*?interval: 2s/, `check: ${check}`);

test("a check is none, one, or several, which are tried each", () => {
  const tried = (check: string) =>
    triedChecks(
      read(withCheck(check)).virtualServers[0]?.realServers[0]?.check ?? assert.fail(),
    ).map(({ type }) => type);
  assert.deepEqual(tried("{ type: none }"), []);
  assert.deepEqual(tried("{ type: tcp }"), ["tcp"]);
  assert.deepEqual(tried("[{ type: tcp }, { type: ping }]"), ["tcp", "ping"]);
});

test("a virtual server has a service for each family", () => {
  const [web] = read(soundText).virtualServers;
  assert.ok(web !== undefined);
  assert.deepEqual(familiesOf(web), [4]);
  assert.deepEqual(familiesOf({ ...web, address: null }), []);
});

test("a role has its own addresses", () => {
  const config = read(soundText);
  assert.equal(addressesOf(config, "backup")?.public, "192.168.26.8");
});

test("programs of operators are fences, services, notifications, checks and load monitors", () => {
  assert.equal(runsCommands(read(soundText)), false);
  const ways = [
    withCheck("{ type: command, command: /bin/x }"),
    soundText.replace("failback: auto", "failback: auto\n  fence: { command: /f }"),
    soundText.replace(
      "failback: auto",
      "failback: auto\n  services: { a: { start: /a, stop: /b } }",
    ),
    `${soundText}notify: { command: /n }\n`,
    soundText.replace("scheduler: wlc", "scheduler: wlc\n    load_monitor: command"),
  ];
  for (const text of ways) assert.equal(runsCommands(read(text)), true, text);
});
