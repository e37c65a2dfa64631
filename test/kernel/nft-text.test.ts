import assert from "node:assert/strict";
import { test } from "node:test";
import { nftRemoval, nftText, parseNft, sameFilter } from "../../src/kernel/nft-text.ts";
import { packetRules } from "../../src/table/packet-filter.ts";
import { accepted, readText } from "../config/texts.ts";
import { everyRule } from "../table/every-rule.ts";

const rules = packetRules(accepted(readText(everyRule)));

/** As nft 1.0.6 prints `add rule inet lvsd marks ip daddr 192.0.2.4 tcp dport { 21, 30-31 } ...`. */
const listed = (value: unknown): string =>
  JSON.stringify({
    nftables: [
      { metainfo: { version: "1.0.6", json_schema_version: 1 } },
      { table: { family: "inet", name: "lvsd", handle: 2 } },
      {
        chain: {
          family: "inet",
          table: "lvsd",
          name: "marks",
          handle: 1,
          type: "filter",
          hook: "prerouting",
          prio: -150,
          policy: "accept",
        },
      },
      {
        rule: {
          family: "inet",
          table: "lvsd",
          chain: "marks",
          handle: 4,
          expr: [
            {
              match: {
                op: "==",
                left: { payload: { protocol: "ip", field: "daddr" } },
                right: "192.0.2.4",
              },
            },
            {
              match: {
                op: "==",
                left: { payload: { protocol: "tcp", field: "dport" } },
                right: { set: [21, { range: [30, 31] }] },
              },
            },
            value,
          ],
        },
      },
    ],
  });

test("the table is replaced as a whole", () => {
  const text = nftText(rules);
  assert.ok(text.startsWith(nftRemoval));
  assert.match(text, /chain marks \{\n {4}type filter hook prerouting priority mangle;/);
  assert.match(text, /chain sources \{\n {4}type nat hook postrouting priority srcnat;/);
  assert.doesNotMatch(nftText(rules.slice(0, 1)), /sources/);
});

test("a rule of lvsd's own form is read, and any other is strange", () => {
  const mark = { mangle: { key: { meta: { key: "mark" } }, value: 21 } };
  const read = parseNft(listed(mark));
  assert.deepEqual(read?.strange, []);
  assert.equal(read?.rules.length, 1);
  assert.ok(read !== null && sameFilter(read.rules, read));
  assert.ok(!sameFilter(rules, read));
  for (const other of [{ drop: null }, { mangle: { key: { meta: { key: "mark" } }, value: {} } }])
    assert.equal(parseNft(listed(other))?.strange.length, 1);
  const moved = listed(mark).replace('"prio":-150', '"prio":0');
  assert.equal(parseNft(moved)?.strange.length, 1);
});

test("a table that is dormant is another one, since it does nothing", () => {
  const table = { table: { family: "inet", name: "lvsd", handle: 1 } };
  const of = (one: object) => parseNft(JSON.stringify({ nftables: [one] }))?.strange.length;
  assert.equal(of(table), 0);
  assert.equal(of({ table: { ...table.table, flags: "dormant" } }), 1);
});

test("what is no list of nft is none", () => {
  for (const text of ["", "{}", '{"nftables": 1}', "Error: syntax"])
    assert.equal(parseNft(text), null);
});
