/** Lists that the documents repeat are the ones of the code, and links lead somewhere. */
import assert from "node:assert/strict";
import { basename, dirname, join, normalize, relative } from "node:path";
import { describe, it } from "node:test";
import { commandLine } from "../src/cli/command-line.ts";
import { processTerminal } from "../src/cli/terminal.ts";
import { files, text } from "./checkout.ts";

describe("documents say what the code says", () => {
  it("the README lists the commands, and no others", () => {
    const known = commandLine(
      processTerminal(() => {}),
      {},
      () => {},
    ).commands.map((one) => one.name());
    const listed = [...text("README.md").matchAll(/^\| `lvsd ([\w-]+)` \|/gm)].map((row) => row[1]);
    assert.deepEqual(listed.sort(), known.sort());
  });

  it("links between documents lead somewhere", () => {
    for (const path of files.filter((name) => name.endsWith(".md")))
      for (const [, target = ""] of text(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        const found = normalize(join(dirname(path), target));
        assert.ok(
          files.some((name) => name === found || name.startsWith(`${relative("", found)}/`)),
          `${path} -> ${target}`,
        );
      }
  });

  it("docs/why-lvsd.md names scenarios and tests that are there", () => {
    const shown = [...text("docs/why-lvsd.md").matchAll(/\[([^\]]+)\]\(\.\.\/(test\/[^)]+)\)/g)];
    assert.ok(shown.length > 30);
    for (const [, name = "", path = ""] of shown) {
      if (name === basename(path).replace(/\.\w+$/, "")) continue;
      assert.ok(text(path).includes(name.replaceAll('"', "")), `${path} has no test ${name}`);
    }
  });

  it("targets that the documents name are targets of the Makefile", () => {
    const targets = new Set(
      [...text("Makefile").matchAll(/^([a-z]+):/gm)].map((match) => match[1]),
    );
    for (const path of files.filter((name) => name.endsWith(".md")))
      for (const [, target] of text(path).matchAll(/`make ([a-z]+)/g))
        assert.ok(targets.has(target), `${path}: make ${target}`);
  });
});
