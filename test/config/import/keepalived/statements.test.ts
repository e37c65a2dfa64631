import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { imported, pair, said, web } from "./imported.ts";

describe("the language", () => {
  test("two keywords on a line are one with extra words", () => {
    const { yaml } = imported(web.replace("delay_loop 6\n", "delay_loop 6 lb_algo wrr\n"));
    assert.equal(yaml.virtual_servers["tcp-192.0.2.10-80"].scheduler, "rr");
  });

  test("comments end at # and !, but not within double quotes", () => {
    const text = web
      .replace("retry 2", "retry 3#three")
      .replace("persistence_timeout 50", "! none");
    const [server] = Object.values(imported(text).yaml.virtual_servers) as {
      persistence?: object;
    }[];
    assert.equal(server?.persistence, undefined);
  });
});

describe("blocks", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    ["a brace too many", `${web}}\n`, /^suspicious 20 \}: closes no block/],
    [
      "a block that is never closed",
      pair.slice(0, -2),
      /^suspicious 12 virtual_ipaddress: its block|^suspicious 1 vrrp_instance: its block/,
    ],
  ];

  for (const [what, text, line] of cases)
    test(what, () => {
      includes(said(text), line);
    });
});
