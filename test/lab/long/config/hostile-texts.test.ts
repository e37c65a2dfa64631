/** Texts that were made to cost: each is refused in bounded time, with a bounded answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { beginSaving, nextSaving } from "../../../../src/config/saving/saving.ts";
import { decodeReply, encodeMessage } from "../../../../src/control/cluster-messages.ts";
import {
  messageCharactersMax,
  printProblem,
  problemsCharactersMax,
  shownProblems,
} from "../../../../src/keys/problem.ts";
import { boundedEvent, boundedSentence } from "../../../../src/model/event-size.ts";
import { sentenceOf } from "../../../../src/model/event-text.ts";
import { accepted, readText, refused, soundText } from "../../../config/texts.ts";

const million = "x".repeat(1024 * 1024);

/** In ms: not the time that passed, since the machine may have other work. */
function workSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

const unknownKeys = (indentation: string, count: number): string =>
  Array.from({ length: count }, (_, at) => `${indentation}unknown${at}: 1\n`).join("");

/** Two megabytes of lines. */
const unknownOf = (line: (at: number) => string): string =>
  `x:\n${Array.from({ length: 150_000 }, (_, at) => line(at)).join("")}`;

const hostile: readonly (readonly [name: string, text: string])[] = [
  [
    "a virtual server's name of a million characters above a thousand problems",
    `${soundText}  ? ${million}\n  : real_servers:\n${unknownKeys("      ", 1000)}`,
  ],
  [
    "a real server's name of a million characters above a thousand problems",
    `${soundText}      ? ${million}\n      :\n${unknownKeys("        ", 1000)}`,
  ],
  [
    "names just within what a key may have, above a thousand problems each",
    `${soundText}${Array.from(
      { length: 50 },
      (_, at) => `  ${"y".repeat(1000)}${at}:\n${unknownKeys("    ", 100)}`,
    ).join("")}`,
  ],
  [
    "a failover service's name",
    `${soundText}x: 1\nfailover:\n  services:\n    ? ${million}\n    : 1`,
  ],
  ["a key of a million characters, twice", `${soundText}? ${million}\n: 1\n? ${million}\n: 2\n`],
  ["a header's name", soundText.replace("path: /health", `headers: { ? ${million} : 1 }`)],
  ["an anchor's name", `${soundText}x: *${million}\n`],
  [
    "a number of a million digits",
    soundText.replace("serial: 3", `serial: ${"9".repeat(1_000_000)}`),
  ],
  ["a text of a million characters", soundText.replace("path: /health", `path: /${million}`)],
  [
    "an address of a million characters",
    soundText.replace("address: 10.11.12.1,", `address: ${million},`),
  ],
  [
    "an anchored text of a million characters, a hundred thousand times",
    `x: &a ${million}\nvips: [${"*a, ".repeat(100_000)}*a]\n`,
  ],
  [
    "an anchored number of 60,000 digits, a hundred thousand times",
    `x: &a ${"9".repeat(60_000)}\nvirtual_servers:\n  w: {ports: [${"*a, ".repeat(100_000)}*a]}\n`,
  ],
  ["four million letters that are no YAML", `${soundText}"${"x".repeat(4_000_000)}`],
  [
    "three hundred thousand faulty lines",
    `${soundText}${"x: [\n".repeat(20)}${"a\n".repeat(300_000)}`,
  ],
];

/** Two megabytes of one thing, and what is said of it. */
const endless: readonly (readonly [name: string, text: string, said: RegExp])[] = [
  ["tags", `x: [${"!a b, ".repeat(350_000)}]\n`, /more than 100 tags/],
  ["directives", "%FOO bar\n".repeat(220_000), /more than 100 lines that begin with %/],
  ["marks of documents", "---\n".repeat(500_000), /more than 100 marks of documents/],
  ["ends of documents", "a: 1\n...\n".repeat(220_000), /more than 100 marks of documents/],
  ["anchors", unknownOf((at) => `- &a${at} v\n`), /more than 10000 anchors/],
  ["one anchor", `x:\n${"- &a v\n".repeat(300_000)}`, /more than 10000 anchors/],
  ["aliases", `a: &a 1\nx:\n${"- *a\n".repeat(400_000)}`, /more than 100000 aliases/],
  ["keys that are none", ":\n".repeat(1_000_000), /more than 100 colons without a key/],
  [
    "keys that are none, in a list",
    `x: [${":,".repeat(1_000_000)}]`,
    /more than 100 keys in lists/,
  ],
  ["explicit keys", "? a\n".repeat(500_000), /more than 100 keys that begin with \?/],
  ["pairs in a list", `x: [${"a: b, ".repeat(350_000)}]\n`, /more than 100 keys in lists/],
  ["lists in lines", `x:\n${"- - - - a\n".repeat(200_000)}`, /more than 100 lists that begin in a/],
  ["empty lists", `x: [${"[],".repeat(700_000)}]\n`, /more than 200000 lists and maps/],
  ["empty maps", `x: [${"{},".repeat(700_000)}]\n`, /more than 200000 lists and maps/],
  ["maps within a line", `x: [${"a b: c d: ".repeat(200_000)}]`, /more than 100 keys in lists/],
  ["maps within lines", "a: b: c: d: ".repeat(50_000), /nested too deeply|not YAML/],
  ["mistakes", "a: ]\n".repeat(300_000), /100 further problems|not YAML/],
  ["hidden characters", `a: ${'"\u200b" '.repeat(300_000)}`, /zero-width blank|not YAML/],
  ["hidden characters in a text", `'${"\u200b".repeat(1_000_000)}'`, /zero-width blank/],
];

for (const [name, text, said] of endless)
  test(`two megabytes of ${name}: refused by what they are, soon`, () => {
    const began = process.cpuUsage();
    const [first] = refused(readText(text));
    const took = workSince(began);
    assert.match(first?.message ?? "", said);
    assert.ok(took < 5000, `${took} ms`);
  });

test("the text that these spoil is sound", () => {
  accepted(readText(soundText));
});

for (const [name, text] of hostile)
  test(`${name}: refused soon, within the bounds of an answer`, () => {
    const began = process.cpuUsage();
    const problems = refused(readText(text));
    const took = workSince(began);
    for (const { message, hint } of problems)
      assert.ok(
        message.length <= messageCharactersMax && (hint ?? "").length <= messageCharactersMax,
      );
    const said = problems.map(printProblem).join("\n");
    assert.ok(said.length < 1.5 * problemsCharactersMax, `${said.length} characters`);
    // What was quadratic took minutes.
    assert.ok(took < 5000, `${took} ms`);
  });

test("a hundred problems at their longest stay within the bound of all, and the rest is counted", () => {
  const name = "n".repeat(1000);
  const servers = Array.from(
    { length: 40 },
    (_, at) => `  ${name}${at}:\n${unknownKeys("    ", 60)}`,
  );
  const problems = refused(readText(`${soundText}${servers.join("")}`));
  assert.ok(problems.length <= 101);
  assert.match(problems.at(-1)?.message ?? "", /^\d{4} further problems are not listed$/);
});

const longest = {
  file: "/etc/lvsd/lvsd.yaml",
  line: 1,
  column: 1,
  message: "m".repeat(1_000_000),
  hint: "h".repeat(1_000_000),
};

test("what the other router says is bounded as what this one says", () => {
  const problems = Array.from({ length: 15 }, () => longest);
  const reply = decodeReply(encodeMessage({ kind: "bad", fault: "text", problems }));
  assert.ok("kind" in reply && reply.kind === "bad");
  assert.equal(reply.problems[0]?.message.length, messageCharactersMax);
  assert.ok(JSON.stringify(reply).length < 1.5 * problemsCharactersMax);
});

test("the problems of both routers are one answer, with one bound", () => {
  const many = Array.from({ length: 90 }, (_, line) => ({ ...longest, line }));
  const bad = { kind: "bad", fault: "text", problems: many } as const;
  const { act } = nextSaving(beginSaving(bad, "alive"), bad);
  assert.ok(act.kind === "end" && act.outcome.kind === "refused");
  assert.ok(JSON.stringify(act.outcome).length < 1.5 * problemsCharactersMax);
  assert.match(act.outcome.problems.at(-1)?.message ?? "", /further problems/);
});

test("an event repeats the first problems and counts the others", () => {
  const problems = shownProblems(Array.from({ length: 100 }, () => longest));
  assert.match(problems.at(-1) ?? "", /^\d+ further problems are not repeated here$/);
  assert.ok(problems.join("").length < 10 * 1024);
});

test("an event with a program's endless words is cut, and its sentence too", () => {
  const body = boundedEvent({ event: "machine", kind: "failed", text: million });
  assert.ok(sentenceOf(body).length <= 4096);
  const addresses = Array.from({ length: 100_000 }, () => "192.0.2.1");
  const claimed = boundedEvent({ event: "vip", kind: "claimed", addresses, took_ms: 1 });
  assert.ok(claimed.event === "vip" && claimed.kind === "claimed");
  assert.match(claimed.addresses.at(-1) ?? "", /^… \d+ more$/);
  assert.ok(boundedSentence(sentenceOf(claimed)).length <= 64 * 1024);
  const usual = { event: "machine", kind: "failed", text: "short" } as const;
  assert.equal(boundedEvent(usual), usual);
});
