import assert from "node:assert/strict";
import { test } from "node:test";
import {
  endpointIn,
  portIn,
  standingsOf,
} from "../../../../src/config/import/piranha/standings.ts";
import { readStatements } from "../../../../src/config/import/piranha/statements.ts";

const block = (name: string, lines: string): string =>
  `virtual ${name} {\n  address = 192.0.2.10 eth0:1\n${lines}}\n`;
const active = "  active = 1\n";

/** What each block of these becomes, by its name. */
function standing(...blocks: readonly string[]): readonly string[] {
  const { root } = readStatements(blocks.join(""), false);
  const standings = standingsOf(root.blocks);
  return root.blocks.map((one) => {
    const found = standings.get(one);
    if (found === undefined) return `${one.name}: nothing`;
    if (found.kind === "left-out") return `${one.name}: ${found.why}`;
    return `${one.name}: kept${found.endpointOf === null ? "" : ` at ${found.endpointOf.name}'s`}`;
  });
}

test("of two blocks for one service the active one is kept, and its place is named", () => {
  assert.deepEqual(standing(block("one", ""), block("two", active)), [
    "one: the same service as virtual two in line 4: and it is not active",
    "two: kept",
  ]);
  assert.deepEqual(standing(block("one", active), block("two", active)), [
    "one: kept",
    "two: the same service as virtual one in line 1: its ipvsadm call fails",
  ]);
});

test("a mark is a service of its own, at an endpoint that another block may have", () => {
  const marked = (name: string): string => block(name, `${active}  fwmark = 5\n`);
  assert.deepEqual(standing(marked("m"), block("plain", active), marked("n")), [
    "m: kept at plain's",
    "plain: kept",
    "n: the same service as virtual m in line 1: its ipvsadm call fails",
  ]);
});

test("another protocol or port is another endpoint; without an address a block has none", () => {
  const blocks = [
    block("tcp", active),
    block("udp", `${active}  protocol = udp\n`),
    block("other", `${active}  port = 81\n`),
    "virtual bare {\n  active = 1\n}\n",
  ];
  assert.deepEqual(standing(...blocks), ["tcp: kept", "udp: kept", "other: kept", "bare: nothing"]);
  const { root } = readStatements(blocks.join(""), false);
  assert.deepEqual(root.blocks.slice(0, 3).map(endpointIn), [
    "tcp 192.0.2.10:80",
    "udp 192.0.2.10:80",
    "tcp 192.0.2.10:81",
  ]);
  assert.deepEqual(root.blocks.map(portIn), [80, 80, 81, 80]);
});
