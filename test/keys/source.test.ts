import assert from "node:assert/strict";
import { test } from "node:test";
import { configBytesMax } from "../../src/keys/source.ts";
import { accepted, readText, refused, soundText } from "../config/texts.ts";

/** Ten levels of nine aliases: 3.5 thousand million values out of a few hundred bytes. */
const aliasBomb = [
  "x0: &x0 [a, a, a, a, a, a, a, a, a]",
  ...Array.from({ length: 10 }, (_, at) => {
    const below = Array.from({ length: 9 }, () => `*x${at}`).join(", ");
    return `x${at + 1}: &x${at + 1} [${below}]`;
  }),
].join("\n");

const lines = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join("\n");

/** Texts that are no configuration, and what is said of each. */
const refusals: readonly (readonly [name: string, text: string, said: RegExp])[] = [
  ["10 MiB", "# x\n".repeat((10 * 1024 * 1024) / 4), /larger than 4194304 bytes/],
  ["a bomb of aliases", `${soundText}${aliasBomb}\n`, /more than 500000 values/],
  ["an alias inside of its own anchor", `${soundText}x: &x [*x]\n`, /\*x stands inside of &x/],
  ["an alias without an anchor", `${soundText}x: *y\n`, /no anchor &y stands above this alias/],
  ["brackets without end", "[".repeat(100_000), /brackets are nested too deeply/],
  ["lists without end", "- ".repeat(5000), /nested too deeply/],
  ["keys without end", lines(200, (at) => `${" ".repeat(at)}a:`), /nested too deeply/],
  ["two million words", "a: x\n".repeat(320_000), /more than 2000000 words/],
  ["two documents", `${soundText}---\n${soundText}`, /a second document begins here/],
  ["a key given twice", `${soundText}serial: 4\n`, /"serial" stands here a second time/],
  ["a merge key", soundText.replace("serial: 3", "<<: { serial: 3 }"), /merge keys/],
  ["a list as a key", soundText.replace("serial: 3", "[a]: 3"), /a key that is no plain text/],
  ["a tab for indentation", soundText.replace("  interval: 250ms", "\tinterval: 250ms"), /a tab/],
  ["NUL", soundText.replace("serial: 3", "serial: 3\0"), /control character 0x00/],
  ["an escape sequence", `${soundText}# \u001b[2J\n`, /control character 0x1b/],
  ["lone carriage returns", soundText.replaceAll("\n", "\r"), /control character 0x0d/],
  ["an unknown tag", soundText.replace("serial: 3", "serial: !!js/function 3"), /tag is unknown/],
  ["YAML 1.1", `%YAML 1.1\n---\n${soundText}`, /this is YAML 1\.1/],
  ["an open quote", soundText.replace("serial: 3", 'serial: "3'), /this is not YAML/],
  ["an open bracket", soundText.replace("{ count", "{ { count"), /this is not YAML/],
  ["nothing", "", /the configuration is empty/],
  ["comments only", "# nothing yet\n", /the configuration is empty/],
  ["a text", "hello\n", /where a map of keys is expected/],
  ["a list", "- routers\n", /where a map of keys is expected/],
  ["a binary", "\u007fELF\u0002\u0001", /control character/],
];

test("the text that the refusals spoil is sound", () => {
  accepted(readText(soundText));
});

for (const [name, text, said] of refusals) {
  test(`refused as a document: ${name}`, () => {
    const problems = refused(readText(text));
    const messages = problems.map((problem) => problem.message);
    assert.ok(
      messages.some((message) => said.test(message)),
      messages.join("\n"),
    );
    for (const problem of problems) {
      assert.ok(problem.hint, `${problem.message} has no hint`);
      assert.ok(problem.message.length < 400);
    }
  });
}

test("a file that is wrong from end to end makes a report of bounded size", () => {
  const problems = refused(readText(soundText + lines(5000, (at) => `nonsense${at}: 1`)));
  assert.equal(problems.length, 101);
  assert.match(problems.at(-1)?.message ?? "", /^4900 further problems/);
});

/** Texts that look unlike the sound one and mean the same. */
const variants: readonly (readonly [name: string, text: string])[] = [
  ["Windows line ends", soundText.replaceAll("\n", "\r\n")],
  ["a byte order mark", `\uFEFF${soundText}`],
  ["a document start", `---\n${soundText}`],
  ["YAML 1.2 by name", `%YAML 1.2\n---\n${soundText}...\n`],
  ["no line end at the end", soundText.trimEnd()],
  ["JSON in the midst", soundText.replace("{ remove_percent: 50 }", '{"remove_percent":50}')],
  [
    "anchors",
    soundText
      .replace("[eth0, eth1]", "&devices [eth0, eth1]")
      .replace("serial: 3", "serial: &three 3")
      .replace("start_delay: 3s", "start_delay: *three"),
  ],
];

for (const [name, text] of variants) {
  test(`accepted alike: ${name}`, () => {
    assert.notEqual(text, soundText);
    const here = accepted(readText(text));
    const there = accepted(readText(soundText));
    assert.deepEqual({ ...here, hash: "" }, { ...there, hash: "" });
  });
}

test("a value that an alias stands for is placed where it is written", () => {
  const text = soundText
    .replace("interval: 250ms", "interval: &slow 2h")
    .replace("interval: 2s", "interval: *slow");
  const places = refused(readText(text)).map((problem) => [problem.line, problem.column]);
  assert.deepEqual(places[0], [6, 19]);
});

test("10,000 real servers are read", () => {
  const servers = lines(10_000, (at) => {
    const address = `10.${1 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`;
    return `      rs${at}: { address: ${address}, port: 80, weight: 1, active: true }`;
  });
  const text = `${soundText}  many:\n    address: 192.168.26.12\n    port: 80\n    real_servers:\n${servers}\n`;
  assert.ok(text.length < configBytesMax / 4);
  const many = accepted(readText(text)).virtualServers.find((server) => server.name === "many");
  assert.equal(many?.realServers.length, 10_000);
  assert.equal(many?.realServers[300]?.address, "10.1.1.44");
});
