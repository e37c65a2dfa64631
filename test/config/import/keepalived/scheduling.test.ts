/** Schedulers, flags, one-packet scheduling and persistence, as keepalived takes them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { problemsOf } from "../filled-in.ts";
import { includes } from "../includes.ts";
import { imported } from "./imported.ts";

function served(lines: string, protocol = "TCP", head = "192.0.2.10 80") {
  const text = `virtual_server ${head} {\n${lines}\nprotocol ${protocol}\nreal_server 10.9.0.1 { }\n}\n`;
  const { yaml, findings, text: written } = imported(text);
  assert.deepEqual(problemsOf(written), []);
  const said = findings.map(
    ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line ?? 0} ${subject}: ${why}`,
  );
  const [server] = Object.values(yaml.virtual_servers) as Record<string, unknown>[];
  return { server: server ?? {}, said };
}

describe("flags of the hashing schedulers", () => {
  const cases: readonly (readonly [lines: string, flags: unknown, said: RegExp | null])[] = [
    ["lb_algo mh\nmh-port\nmh-fallback", ["mh-port", "mh-fallback"], null],
    ["lb_algo sh", [], null],
    ["lb_algo sh\nflag-1\nflag-2", ["sh-fallback", "sh-port"], null],
    ["lb_algo sh\nmh-port", [], /^suspicious 3 mh-port: the scheduler sh has no such flag/],
    ["lb_algo rr\nsh-port", undefined, /^suspicious 3 sh-port: the scheduler rr has no such flag/],
    ["sh-port\nlb_algo sh", [], /^suspicious 2 sh-port: it stands before the scheduler's line/],
    ["lb_algo sh\nflag-3", [], /^suspicious 3 flag-3: /],
  ];
  for (const [lines, flags, line] of cases)
    test(JSON.stringify(lines), () => {
      const { server, said } = served(lines);
      assert.deepEqual(server.scheduler_flags, flags);
      if (line !== null) includes(said, line);
    });
});

test("a scheduler that lvsd has not", () => {
  const { server, said } = served("lb_algo twos");
  assert.equal(server.scheduler, "wlc");
  includes(said, /^left-out 2 lb_algo: lvsd has no scheduler twos/);
});

test("one-packet scheduling is for UDP, and for the datagrams of a mark", () => {
  assert.equal(served("ops", "UDP").server.one_packet, true);
  const { server, said } = served("ops");
  assert.equal(server.one_packet, undefined);
  includes(said, /^suspicious 2 ops: for UDP or a mark only/);
  assert.equal(served("ops", "UDP", "fwmark 5").server.one_packet, true);
});

describe("persistence", () => {
  const cases: readonly (readonly [lines: string, persistence: unknown])[] = [
    ["persistence_timeout", { timeout: "360s" }],
    ["persistence_timeout 0", undefined],
    ["persistence_granularity 255.255.255.0", { timeout: "360s", netmask: "255.255.255.0" }],
    ["persistence_timeout 60\npersistence_granularity 255.255.255.255", { timeout: "60s" }],
  ];
  for (const [lines, persistence] of cases)
    test(JSON.stringify(lines), () =>
      assert.deepEqual(served(lines).server.persistence, persistence),
    );

  test("the engine sip is for UDP, and there is no other", () => {
    const lines = "persistence_timeout 60\npersistence_engine sip";
    assert.deepEqual(served(lines, "UDP").server.persistence, { timeout: "60s", engine: "sip" });
    includes(served(lines).said, /^left-out 3 persistence_engine sip: /);
    includes(served(lines.replace("sip", "x"), "UDP").said, /^left-out 3 persistence_engine x: /);
  });
});
