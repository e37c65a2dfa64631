import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Edit, KeyPath, Written } from "../../../src/config/editing/edit.ts";
import { meaningOf, parsed, withEdits } from "../../../src/config/editing/with-edits.ts";

const set = (path: KeyPath, value: Written): Edit => ({ kind: "set", path, value });
const remove = (...path: KeyPath): Edit => ({ kind: "remove", path });
const lines = (...each: string[]): string => `${each.join("\n")}\n`;

const pair = lines(
  "# The pair in rack 4.",
  "serial: 3   # raised by lvsd",
  "",
  "virtual_servers:",
  "  # the shop",
  "  web:",
  "    address: 192.0.2.10/24   # as in DNS",
  "    port: 80",
  "    check: { type: http, path: /health }   # by the web team",
  "    real_servers:",
  "      rs1: { address: 10.0.0.1 }",
  "      # on loan",
  "      rs2: { address: 10.0.0.2, weight: 2 }",
  "",
  "  mail:   # MX",
  '    address: "192.0.2.11/24"',
  "    port: 25",
  "# the end",
);

describe("an edit of a text", () => {
  const cases: readonly [string, Edit[], (text: string) => string][] = [
    [
      "replaces a value in its place, and keeps its comment",
      [set(["virtual_servers", "web", "address"], "192.0.2.99/24")],
      (text) => text.replace("192.0.2.10/24 ", "192.0.2.99/24 "),
    ],
    [
      "puts a word in place of the lines of a map, next to the comment of its key",
      [set(["virtual_servers", "mail"], "off")],
      (text) =>
        text.replace(
          lines("  mail:   # MX", '    address: "192.0.2.11/24"', "    port: 25"),
          lines("  mail: off   # MX"),
        ),
    ],
    [
      "makes a value the first of a list, and puts another one behind it",
      [
        { kind: "list", path: ["virtual_servers", "web", "check"] },
        set(["virtual_servers", "web", "check", 1, "type"], "tcp"),
      ],
      (text) =>
        text.replace(
          "{ type: http, path: /health }",
          "[{ type: http, path: /health }, { type: tcp }]",
        ),
    ],
    [
      "makes the lines of a map an item, and changes the order of items with their comments",
      [
        set(["virtual_servers", "web", "check"], { type: "http", path: "/" }),
        { kind: "list", path: ["virtual_servers", "web", "real_servers"] },
        set(["virtual_servers", "web", "real_servers", 1], { a: 1, b: 2 }),
        { kind: "lower", path: ["virtual_servers", "web", "real_servers", 0] },
      ],
      (text) =>
        text
          .replace("path: /health", "path: /")
          .replace(
            lines(
              "      rs1: { address: 10.0.0.1 }",
              "      # on loan",
              "      rs2: { address: 10.0.0.2, weight: 2 }",
            ),
            lines(
              ...["      - a: 1", "        b: 2", "      - rs1: { address: 10.0.0.1 }"],
              ...["        # on loan", "        rs2: { address: 10.0.0.2, weight: 2 }"],
            ),
          ),
    ],
    [
      "keeps quotes",
      [set(["virtual_servers", "mail", "address"], "192.0.2.12/24")],
      (text) => text.replace('"192.0.2.11/24"', '"192.0.2.12/24"'),
    ],
    [
      "adds a key behind the last one of its map",
      [set(["virtual_servers", "web", "scheduler"], "wrr")],
      (text) => text.replace("weight: 2 }\n", "weight: 2 }\n    scheduler: wrr\n"),
    ],
    [
      "adds keys of a map that is missing, together",
      [
        set(["virtual_servers", "mail", "persistence", "timeout"], "300s"),
        set(["virtual_servers", "mail", "persistence", "netmask"], 24),
      ],
      (text) =>
        text.replace(
          "port: 25\n",
          "port: 25\n    persistence:\n      timeout: 300s\n      netmask: 24\n",
        ),
    ],
    [
      "changes, adds and removes in braces",
      [
        set(["virtual_servers", "web", "check", "path"], "/ok, really"),
        set(["virtual_servers", "web", "real_servers", "rs1", "weight"], 5),
        remove("virtual_servers", "web", "real_servers", "rs2", "weight"),
      ],
      (text) =>
        text
          .replace("path: /health", 'path: "/ok, really"')
          .replace("{ address: 10.0.0.1 }", "{ address: 10.0.0.1, weight: 5 }")
          .replace(", weight: 2 }", " }"),
    ],
    [
      "writes a new entry as its neighbours are written",
      [set(["virtual_servers", "web", "real_servers", "rs3"], { address: "10.0.0.3" })],
      (text) => text.replace("weight: 2 }\n", "weight: 2 }\n      rs3: { address: 10.0.0.3 }\n"),
    ],
    [
      "removes an entry with the comment that is about it",
      [remove("virtual_servers", "web", "real_servers", "rs2")],
      (text) => text.replace("      # on loan\n      rs2: { address: 10.0.0.2, weight: 2 }\n", ""),
    ],
    [
      "renames an entry",
      [{ kind: "rename", path: ["virtual_servers", "mail"], to: "smtp" }],
      (text) => text.replace("  mail:   #", "  smtp:   #"),
    ],
    [
      "copies an entry with its comments",
      [{ kind: "copy", path: ["virtual_servers", "mail"], to: "mail2" }],
      (text) =>
        text.replace(
          "port: 25\n",
          'port: 25\n  mail2:   # MX\n    address: "192.0.2.11/24"\n    port: 25\n',
        ),
    ],
    [
      "quotes what would be something else",
      [set(["virtual_servers", "mail", "port"], "no")],
      (text) => text.replace("port: 25", "port: no"),
    ],
  ];
  for (const [name, edits, wanted] of cases)
    it(name, () => {
      const edited = withEdits(pair, edits);
      assert.ok("text" in edited, JSON.stringify(edited));
      assert.equal(edited.text, wanted(pair));
    });

  it("opens what is empty, with nothing or with braces behind its key", () => {
    const entry = { address: "192.0.2.1" };
    for (const empty of ["virtual_servers: {}\n", "virtual_servers:\n"]) {
      const edited = withEdits(`a: 1\n${empty}b: 2\n`, [set(["virtual_servers", "web"], entry)]);
      const wanted = "a: 1\nvirtual_servers:\n  web:\n    address: 192.0.2.1\nb: 2\n";
      assert.deepEqual(edited, { text: wanted });
    }
    assert.deepEqual(withEdits("", [set(["serial"], 1)]), { text: "serial: 1\n" });
  });

  it("puts a map in place of a word", () => {
    const edited = withEdits("a: true # on\nb: 1\n", [set(["a", "c"], 1), set(["a", "d"], 2)]);
    assert.deepEqual(edited, { text: "a: { c: 1, d: 2 } # on\nb: 1\n" });
  });

  it("leaves an empty map where its last key is removed", () => {
    const edited = withEdits("# head\na:\n  b: 1\nc: 2 # tail\n", [remove("a", "b")]);
    assert.deepEqual(edited, { text: "# head\na: {}\nc: 2 # tail\n" });
  });

  it("reaches into lists", () => {
    const text = "vips:\n  - address: 192.0.2.1/24   # one\n  - { address: 192.0.2.2/24 }\n";
    const edited = withEdits(text, [
      set(["vips", 0, "address"], "192.0.2.7/24"),
      remove("vips", 1),
      set(["vips", 1], { address: "192.0.2.3/24" }),
    ]);
    assert.ok("text" in edited);
    assert.match(edited.text, /192\.0\.2\.7\/24 +# one/);
    assert.deepEqual(meaningOf(parsed(edited.text)), {
      vips: [{ address: "192.0.2.7/24" }, { address: "192.0.2.3/24" }],
    });
  });

  it("keeps the line ends of the text", () => {
    const edited = withEdits("a:\r\n  b: 1\r\nc: 2\r\n", [set(["a", "d"], 3)]);
    assert.deepEqual(edited, { text: "a:\r\n  b: 1\r\n  d: 3\r\nc: 2\r\n" });
  });

  it("refuses what is shared through an anchor, and says so", () => {
    const text = "a: &one { x: 1 }\nb: *one\n";
    assert.ok("text" in withEdits(text, [set(["c"], 1)]));
    for (const edit of [set(["b", "x"], 2), remove("a")]) {
      const edited = withEdits(text, [edit]);
      assert.ok("refused" in edited && /anchor/.test(edited.refused), JSON.stringify(edited));
    }
    assert.ok("refused" in withEdits("a: [\n", [set(["b"], 1)]));
    assert.ok("refused" in withEdits("- a\n", [set(["b"], 1)]));
    assert.ok("refused" in withEdits("a: 1\n", [{ kind: "rename", path: ["b"], to: "c" }]));
  });

  it("means what it says, whatever the layout, and loses no comment by a setting", () => {
    const key = fc.constantFrom("a", "b", "c", "d");
    const value = fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.string({ maxLength: 12 }),
      fc.array(fc.string({ maxLength: 5 }), { maxLength: 2 }),
    ) as fc.Arbitrary<Written>;
    const comment = fc.constantFrom("", "  # said");
    const inner = fc
      .uniqueArray(fc.tuple(key, fc.integer(), comment), { selector: ([name]) => name })
      .chain((entries) => fc.tuple(fc.constant(entries), fc.boolean(), comment));
    const document = fc
      .uniqueArray(fc.tuple(key, inner), { selector: ([name]) => name, minLength: 1 })
      .map((maps) =>
        maps
          .map(([name, [entries, flow, said]]) => {
            if (flow || entries.length === 0)
              return `${name}: { ${entries.map(([k, v]) => `${k}: ${v}`).join(", ")} }${said}\n`;
            const rows = entries.map(([k, v, more]) => `    ${k}: ${v}${more}\n`).join("");
            return `# about ${name}\n${name}:\n${rows}`;
          })
          .join(""),
      );
    fc.assert(
      fc.property(document, key, key, value, fc.boolean(), (text, outer, name, given, gone) => {
        const before = meaningOf(parsed(text)) as Record<string, Record<string, unknown>>;
        const has = before[outer]?.[name] !== undefined;
        const edit = gone && has ? remove(outer, name) : set([outer, name], given);
        const edited = withEdits(text, [edit]);
        assert.ok("text" in edited, JSON.stringify([text, edit, edited]));
        const wanted = structuredClone(before);
        if (edit.kind === "remove") delete wanted[outer]?.[name];
        else wanted[outer] = { ...wanted[outer], [name]: given };
        assert.deepEqual(meaningOf(parsed(edited.text)), wanted);
        const said = (of: string): number => of.split("#").length;
        if (edit.kind === "set" && !JSON.stringify(given).includes("#"))
          assert.equal(said(edited.text), said(text), `${text}\n->\n${edited.text}`);
      }),
      { numRuns: 300 },
    );
  });
});
