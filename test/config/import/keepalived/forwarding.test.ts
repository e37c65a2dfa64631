import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { problemsOf } from "../filled-in.ts";
import { includes } from "../includes.ts";
import { imported, said, web } from "./imported.ts";

describe("what keepalived swallows of forwarding is said with its line", () => {
  const cases: readonly (readonly [what: string, text: string, line: RegExp])[] = [
    [
      "a forwarding in lower case",
      web.replace("DR", "dr"),
      /^suspicious 4 lb_kind: "dr" \(upper case only\)/,
    ],
  ];

  for (const [what, text, line] of cases)
    test(what, () => {
      includes(said(text), line);
    });
});

describe("kinds of tunnels", () => {
  const made = (kind: string, own = "") => {
    const text = web.replace("lb_kind DR", `lb_kind ${kind}`).replace("weight 3", own);
    const { yaml, text: written } = imported(text);
    assert.deepEqual(problemsOf(written), []);
    return yaml.virtual_servers["tcp-192.0.2.10-80"];
  };

  test("gue with its port, gre, checksums, and IP in IP", () => {
    assert.deepEqual(made("TUN type gue port 6080 csum").tunnel, {
      type: "gue",
      port: 6080,
      checksum: true,
    });
    assert.deepEqual(made("TUN type gue port 6080 remcsum").tunnel.checksum, "remote");
    assert.deepEqual(made("TUN type gre").tunnel, { type: "gre" });
    assert.equal(made("TUN type ipip").tunnel, undefined);
    assert.equal(made("TUN").tunnel, undefined);
  });

  test("a real server has its own", () => {
    const { real_servers: reals } = made("TUN", "lvs_method TUN type gre");
    assert.deepEqual(reals["rs-192.0.2.21"].tunnel, { type: "gre" });
  });

  test("gue without a port is said", () => {
    includes(
      said(web.replace("lb_kind DR", "lb_kind TUN type gue")),
      /^suspicious 4 lb_kind: type gue: no type of a tunnel, or gue without its port/,
    );
  });

  test("a real server whose method is none keeps the virtual server's", () => {
    const text = web.replace("weight 3", "lvs_method dr");
    includes(said(text), /^suspicious 8 lvs_method: "dr" \(upper case only\): keepalived keeps DR/);
  });
});
