import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { checkTypeNames } from "../../src/check/check-types.ts";
import { runCheck, type Tried } from "../../src/checks/check.ts";
import { failureReasons } from "../../src/checks/check-result.ts";
import type { Check } from "../../src/config/config.ts";
import { commandCheck, httpCheck, loopback, sendExpectCheck, serve, tryOnce } from "./servers.ts";

const why = (tried: Tried): string => (tried.kind === "failed" ? tried.why : "passed");

const endpoint = { address: loopback, port: 1 };

const page = readFileSync(new URL("../../docs/checks.md", import.meta.url), "utf8");

/** The words in the first column of the table under a heading. */
const firstColumn = (heading: string): string[] =>
  Array.from(
    (page.split(`## ${heading}\n`)[1]?.split(/\n##+ /)[0] ?? "").matchAll(/^\| `([\w-]+)` \|/gm),
    ([, word]) => word ?? "",
  );

describe("a check", () => {
  it("of type none passes without a try", async () => {
    const signal = AbortSignal.abort();
    assert.equal((await runCheck({ type: "none" }, endpoint, signal)).kind, "passed");
  });

  it("with a pattern that is none fails instead of throwing", async (context) => {
    const target = await serve(context, (socket) => socket.end("HTTP/1.0 200 OK\r\n\r\n"));
    const checks = (pattern: string): Check[] => [
      httpCheck({ expect: pattern, regex: true }),
      sendExpectCheck({ expect: { kind: "regex", pattern } }),
      commandCheck("/bin/true", [], { expect: pattern, regex: true }),
    ];
    for (const check of checks("(.*)")) assert.equal((await tryOnce(check, target)).kind, "passed");
    for (const check of checks("(.*"))
      assert.match(why(await tryOnce(check, target)), /missing closing \)/);
  });
});

describe("docs/checks.md", () => {
  it("lists the types of checks", () =>
    assert.deepEqual(firstColumn("Types"), [...checkTypeNames]));
  it("lists the reasons of failures", () =>
    assert.deepEqual(firstColumn("One try, one deadline"), [...failureReasons]));
});
