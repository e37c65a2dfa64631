import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import { starter } from "../../../../src/advice/starter.ts";
import type { ReadResult } from "../../../../src/config/read-config.ts";
import type { Problem } from "../../../../src/keys/problem.ts";
import { accepted, mainPath, readText, refused, soundText } from "../../../config/texts.ts";

/** Every problem lies in the text and says something. */
function assertPlaced(text: string, problem: Problem): void {
  assert.equal(problem.file, mainPath);
  assert.ok(problem.message.length > 0);
  if (problem.line === null) return;
  const lines = text.split("\n");
  assert.ok(problem.line >= 1 && problem.line <= lines.length, `line ${problem.line}`);
  const length = lines[problem.line - 1]?.length ?? 0;
  assert.ok(problem.column !== null && problem.column >= 1);
  assert.ok(problem.column <= length + 1, `column ${problem.column} of ${length}`);
}

/** The reader's promise for any text: a configuration or problems, never an exception. */
function assertJudged(text: string): ReadResult {
  const result = readText(text);
  if ("problems" in result) {
    assert.ok(result.problems.length > 0);
    for (const problem of result.problems) assertPlaced(text, problem);
  } else {
    // What is handed to a worker thread and back must survive it.
    assert.deepEqual(structuredClone(result), result);
  }
  return result;
}

test("any text is judged, never thrown at", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void assertJudged(text)),
  );
});

const yamlPieces = fc.constantFrom(
  ..."a: |b: >|- |? |: |{|}|[|]|,|&x |*x|!t |'|\"|#|%|\n|\n  |\n- |<<: |null|~|0x1|1e9|.inf|---\n".split(
    "|",
  ),
  "routers: ",
  "virtual_servers: ",
  "defaults: ",
  "check: ",
);

test("any heap of YAML's signs is judged, never thrown at", () => {
  const heap = fc.array(yamlPieces, { maxLength: 60 }).map((pieces) => pieces.join(""));
  fc.assert(fc.property(heap, (text) => void assertJudged(text)));
});

test("a line break inside of what is no YAML counts for the places behind it", () => {
  const result = readText("a: ].inf\n  a: ");
  assert.ok("problems" in result);
  const places = result.problems.map(({ line, column }) => [line, column]);
  assert.deepEqual(places, [
    [1, 4],
    [1, 5],
    [2, 4],
  ]);
});

test("a sound text with any piece cut out, doubled or overwritten is judged", () => {
  const texts = fc.constantFrom(soundText, starter());
  const place = fc.nat({ max: 1500 });
  const change = fc.constantFrom("cut", "double", "overwrite");
  fc.assert(
    fc.property(
      texts,
      place,
      fc.nat({ max: 40 }),
      change,
      yamlPieces,
      (text, from, length, how, piece) => {
        const head = text.slice(0, from);
        const body = text.slice(from, from + length);
        const tail = text.slice(from + length);
        const middle = how === "cut" ? "" : how === "double" ? body + body : piece;
        assertJudged(head + middle + tail);
      },
    ),
    { numRuns: 300 },
  );
});

/** A value of any key replaced by a value of any kind. */
const values = fc.oneof(
  fc.constantFrom("", "~", "{}", "[]", "[[]]", "{ a: { b: c } }", "true", "-1", "1e400", "0", "''"),
  fc.string({ maxLength: 20 }).map((text) => JSON.stringify(text)),
);

test("a sound text with any value replaced is judged", () => {
  const lines = soundText.split("\n");
  const keyed = lines.flatMap((line, at) => (/^[ a-z_0-9]+: ?/.test(line) ? [at] : []));
  fc.assert(
    fc.property(fc.constantFrom(...keyed), values, (at, value) => {
      const changed = lines.map((line, here) =>
        here === at ? line.replace(/^([ a-z_0-9]+:).*$/, `$1 ${value.replaceAll("$", "")}`) : line,
      );
      assertJudged(changed.join("\n"));
    }),
    { numRuns: 300 },
  );
});

/** Sound configurations, as the operator's YAML would say them. */
const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/);
const octet = fc.integer({ min: 1, max: 254 });
const length = fc.constantFrom("250ms", "2s", 2, "1.5s", "1m");
const realServer = fc.record(
  {
    address: fc.tuple(octet, octet).map(([a, b]) => `10.1.${a}.${b}`),
    weight: fc.integer({ min: 0, max: 65_535 }),
    active: fc.boolean(),
    check: fc.constantFrom({ type: "none" }, { type: "http", path: "/x" }, { fall: 3 }, null),
    connections: fc.constantFrom({ max: 10, min: 5 }, {}, null),
  },
  { requiredKeys: ["address"] },
);
const realServers = fc
  .uniqueArray(fc.tuple(name, realServer), {
    maxLength: 8,
    selector: ([, real]) => real.address,
  })
  .map((pairs) => Object.fromEntries(pairs));
const virtualServer = fc.record(
  {
    port: fc.integer({ min: 1, max: 65_535 }),
    protocol: fc.constantFrom("tcp", "udp"),
    scheduler: fc.constantFrom("rr", "wlc", "mh", "sh"),
    forwarding: fc.constantFrom("nat", "direct"),
    persistence: fc.constantFrom({ timeout: 300, netmask: "255.255.255.0" }, { netmask: 24 }, null),
    reentry: length,
    quiesce: fc.boolean(),
    start: fc.constantFrom("up", "checking"),
    check: fc.constantFrom({ interval: "1s" }, { type: "tcp", port: 9 }, null),
    real_servers: realServers,
  },
  { requiredKeys: ["port"] },
);
const configuration = fc
  .tuple(
    fc.dictionary(name, virtualServer, { minKeys: 1, maxKeys: 8 }),
    fc.integer({ min: 10, max: 1000 }),
  )
  .map(([servers, interval]) => ({
    routers: { primary: { public: "192.0.2.1" }, backup: { public: "192.0.2.2" } },
    heartbeat: { interval: `${interval}ms`, dead_after: `${2 * interval}ms` },
    virtual_servers: Object.fromEntries(
      Object.entries(servers).map(([key, server], at) => [
        key,
        { ...server, address: `192.0.2.${10 + at}/24` },
      ]),
    ),
  }));

test("every sound configuration is read, with every server in it", () => {
  fc.assert(
    fc.property(configuration, fc.boolean(), (written, flow) => {
      const text = stringify(written, flow ? { collectionStyle: "flow" } : {});
      const config = accepted(assertJudged(text));
      assert.deepEqual(
        config.virtualServers.map((server) => server.name).sort(),
        Object.keys(written.virtual_servers).sort(),
      );
      for (const server of config.virtualServers) {
        const given = written.virtual_servers[server.name];
        assert.equal(server.realServers.length, Object.keys(given?.real_servers ?? {}).length);
      }
    }),
  );
});

test("one faulty key in a sound configuration is refused at its place", () => {
  const faults = fc.constantFrom(
    { port: 0 },
    { port: "http" },
    { scheduler: "fifo" },
    { address: "192.0.2.300" },
    { reentry: "-1s" },
    { quiesce: "maybe" },
    { colour: "red" },
    { check: { type: "tcp", path: "/" } },
    { real_servers: { rs: { address: "fd00::1" } } },
  );
  fc.assert(
    fc.property(configuration, faults, fc.nat(), (written, fault, choice) => {
      accepted(readText(stringify(written)));
      const names = Object.keys(written.virtual_servers);
      const spoiled = names[choice % names.length] ?? assert.fail("no name");
      const servers = {
        ...written.virtual_servers,
        [spoiled]: { ...written.virtual_servers[spoiled], ...fault },
      };
      const text = stringify({ ...written, virtual_servers: servers });
      const problems = refused(assertJudged(text));
      assert.ok(problems.some((problem) => problem.message.includes(spoiled)));
      assert.ok(problems.every((problem) => problem.line !== null && problem.hint !== null));
    }),
  );
});
