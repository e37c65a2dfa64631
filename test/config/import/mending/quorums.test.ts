import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { Findings } from "../../../../src/config/import/imported.ts";
import { mendQuorums } from "../../../../src/config/import/mending/quorums.ts";
import { MapNode, printOutline } from "../../../../src/config/import/outline.ts";

/** The quorum and findings of a virtual server with real servers of these weights. */
function mended(quorum: Readonly<Record<string, number | string>>, weights: readonly number[]) {
  const root = new MapNode();
  const web = root.map("virtual_servers").map("web");
  const written = new MapNode("flow");
  for (const [key, value] of Object.entries(quorum)) written.set(key, value);
  web.set("quorum", written);
  const servers = web.map("real_servers");
  for (const [at, weight] of weights.entries())
    servers.set(`rs${at}`, new MapNode("flow").set("weight", weight));
  const findings = new Findings();
  mendQuorums(root, findings);
  const yaml = parse(printOutline(root, []).text).virtual_servers.web;
  return { quorum: yaml.quorum, said: findings.all().length };
}

test("a quorum that can be reached stays", () => {
  assert.deepEqual(mended({ up: 2, down: 1 }, [1, 1]), { quorum: { up: 2, down: 1 }, said: 0 });
});

test("one beyond the servers that take connections is lowered, and stays above its lower end", () => {
  assert.deepEqual(mended({ up: 5, down: 4 }, [1, 1, 1, 0]), {
    quorum: { up: 3, down: 2 },
    said: 1,
  });
  assert.deepEqual(mended({ up: 2 }, [1]), { quorum: undefined, said: 1 });
});

test("one of weights counts these", () => {
  const { quorum } = mended({ count: "weights", up: 9, down: 0 }, [3, 2]);
  assert.deepEqual(quorum, { count: "weights", up: 5, down: 0 });
  assert.equal(mended({ count: "weights", up: 5 }, [3, 2]).said, 0);
});

test("without real servers nothing is judged", () => {
  assert.equal(mended({ up: 2 }, []).said, 0);
});
