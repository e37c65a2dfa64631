/**
 * Piranha's table and lvsd's from the same lvs.cf: equal, or the import says where not. Piranha's
 * cannot be had as a program any more, so that its rules stand here as one (programmed.ts); the
 * `.table` files beside the fixtures say by hand what it must come to.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { importFiles } from "../../../../src/config/import/import.ts";
import { importDefaults } from "../../../../src/config/import/imported.ts";
import { readConfig } from "../../../../src/config/read-config.ts";
import {
  type Health,
  type RealServerHealth,
  realServerKey,
} from "../../../../src/health/health.ts";
import { restoreLine } from "../../../../src/kernel/ipvs-text.ts";
import { desiredTable } from "../../../../src/table/desired.ts";
import { planChanges } from "../../../../src/table/plan.ts";
import { root } from "../../../checkout.ts";
import { filesOf, mainPath } from "../../texts.ts";
import { type Found, programmedByPiranha } from "./programmed.ts";

const directory = join(root, "test/fixtures/foreign/piranha");
const names = readdirSync(directory).filter((name) => name.endsWith(".cf"));

/** A line that differs, and what the import says of it. */
interface Difference {
  readonly line: RegExp;
  readonly said: RegExp;
}

const keptPort = /by a mark and (?:with persistence|without NAT) connections keep their port: 0 in/;
const differences: readonly Difference[] = [
  { line: /^only (?:there|here): -a -f (?:5|16) /, said: keptPort },
  {
    line: /^only here: -a -f 6 -r 10\.9\.0\.41:443 /,
    said: /no nanny .* server one of virtual sticky/,
  },
];

/** The import of a file that Piranha accepts; null: Piranha refuses it. */
function imported(name: string) {
  const text = readFileSync(join(directory, name), "utf8");
  const read = importFiles([{ name, text }], "piranha", {
    ...importDefaults,
    primary: { public: "192.0.2.1", private: null },
    backup: { public: "192.0.2.2", private: null },
  });
  if ("problems" in read) return null;
  const config = readConfig(mainPath, filesOf({ [mainPath]: read.text }));
  assert.ok("config" in config, JSON.stringify(config));
  return { text, config: config.config, said: read.findings.map((each) => each.text) };
}

/** Lines of `ipvsadm -Sn`, sorted: lvsd's table where the checks find this. */
function programmedByLvsd(
  config: NonNullable<ReturnType<typeof imported>>["config"],
  found: Found,
) {
  const up = found === "all up";
  const health = new Map(
    config.virtualServers.flatMap((server) =>
      server.realServers
        .filter(({ active }) => active)
        .map((real): readonly [ReturnType<typeof realServerKey>, RealServerHealth] => {
          const weight = up ? real.weight : server.quiesce ? 0 : null;
          return [
            realServerKey(server.name, real.name),
            { state: up ? "up" : "down", tableWeight: weight },
          ];
        }),
    ),
  );
  const sorry = new Set(
    up ? [] : config.virtualServers.filter((each) => each.sorryServer !== null),
  );
  const all: Health = Object.assign(health, {
    whole: (name: string) =>
      [...sorry].some((each) => each.name === name)
        ? {
            state: "sorry" as const,
            cause: "no real server is up",
            quorate: false,
            localPort: null,
          }
        : undefined,
  });
  return planChanges(new Map(), desiredTable(config, all), new Set())
    .changes.map(restoreLine)
    .sort();
}

describe("the table of Piranha and the one that lvsd makes of the same file", () => {
  assert.ok(names.length >= 6);
  for (const name of names)
    for (const found of ["all up", "all down"] as const)
      test(`${name}, ${found}`, (context) => {
        const read = imported(name);
        if (read === null) return context.skip("Piranha refuses it");
        const theirs = programmedByPiranha(read.text, found);
        const byHand = join(directory, name.replace(/\.cf$/, ".table"));
        if (found === "all up" && existsSync(byHand))
          assert.deepEqual(
            theirs,
            readFileSync(byHand, "utf8").split("\n").filter(Boolean).sort(),
            "the rules, and what they come to",
          );
        const ours = programmedByLvsd(read.config, found);
        const differing = [
          ...theirs.filter((line) => !ours.includes(line)).map((line) => `only there: ${line}`),
          ...ours.filter((line) => !theirs.includes(line)).map((line) => `only here: ${line}`),
        ];
        const unsaid = differing.filter(
          (line) =>
            !differences.some(
              (each) => each.line.test(line) && read.said.some((one) => each.said.test(one)),
            ),
        );
        assert.deepEqual(unsaid, [], read.said.join("\n"));
      });
});

test("each of these differences is there", () => {
  const all = names.flatMap((name) => {
    const read = imported(name);
    if (read === null) return [];
    const theirs = programmedByPiranha(read.text, "all up");
    const ours = programmedByLvsd(read.config, "all up");
    return [
      ...theirs.filter((line) => !ours.includes(line)).map((line) => `only there: ${line}`),
      ...ours.filter((line) => !theirs.includes(line)).map((line) => `only here: ${line}`),
    ];
  });
  for (const { line } of differences)
    assert.ok(
      all.some((each) => line.test(each)),
      String(line),
    );
});
