import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import { it } from "node:test";
import type { Check } from "../../../../src/config/config.ts";
import { ms } from "../../../../src/model/time.ts";
import {
  commandCheck,
  httpCheck,
  lenient,
  loopback,
  nobody,
  sendExpectCheck,
  serve,
  serveTls,
  serveUdp,
  tcpCheck,
  tryOnce,
  until,
} from "../../../checks/servers.ts";

const expecting = (text: string) => ({ kind: "bytes", bytes: Buffer.from(text) }) as const;
const descriptors = (): number => readdirSync("/proc/self/fd").length;

/** What the event loop holds, apart from what the test's servers hold: how many of each kind. */
function resources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo())
    if (/Socket|TCP|UDP|Process|Pipe|Timeout/.test(kind) && kind !== "TCPServerWrap")
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

it("2,000 tries of every kind and outcome leave no socket, process or timer", async (context) => {
  const web = createServer((_, response) => response.end("hello"));
  await new Promise<void>((resolve) => web.listen(0, loopback, resolve));
  context.after(() => web.close());
  const bound = web.address();
  assert.ok(bound !== null && typeof bound === "object");
  const page = { address: loopback, port: bound.port };
  const echo = await serve(context, (socket) => socket.pipe(socket));
  const silent = await serve(context, () => {});
  const ended = await serve(context, (socket) => socket.end("220 ready"));
  const tls = await serveTls(context, (socket) => socket.pipe(socket));
  const udp = await serveUdp(context, (socket, bytes, port) => socket.send(bytes, port));
  const none = await nobody(context);

  const impatient = { timeout: ms(20) };
  const ping = { send: Buffer.from("ping"), expect: expecting("ping") } as const;
  const kinds: [Check, { address: typeof loopback; port: number }][] = [
    [tcpCheck(), echo],
    [tcpCheck(), none],
    [httpCheck({ expect: "hello" }), page],
    [httpCheck({ expect: "else" }), page],
    [httpCheck({ status: [{ from: 500, to: 599 }] }), page],
    [httpCheck(), ended],
    [httpCheck(impatient), silent],
    [httpCheck(), none],
    [sendExpectCheck(ping), echo],
    [sendExpectCheck({ expect: expecting("220") }), ended],
    [sendExpectCheck({ expect: expecting("220 ready and more") }), ended],
    [sendExpectCheck({ ...ping, ...impatient }), silent],
    [sendExpectCheck({ ...ping, tls: lenient }), tls],
    [sendExpectCheck({ ...ping, tls: lenient }), ended],
    [sendExpectCheck({ ...ping, tls: lenient, ...impatient }), silent],
    [sendExpectCheck({ ...ping, protocol: "udp" }), udp],
    [sendExpectCheck({ ...ping, protocol: "udp" }), none],
    [sendExpectCheck({ ...ping, protocol: "udp", expect: expecting("x") }), udp],
    [commandCheck("/bin/true"), none],
    [commandCheck("/bin/sleep", ["60"], impatient), none],
  ];
  const round = (): Promise<unknown> =>
    Promise.all(kinds.map(([check, endpoint]) => tryOnce(check, endpoint)));

  await round();
  await until("the first round is gone", () => !resources().has("TCPSocketWrap"));
  const before = { descriptors: descriptors(), resources: resources() };
  for (let rounds = 0; rounds < 100; rounds++) await round();
  // One descriptor more is allowed for: the runner of the tests opens files of its own.
  await until("descriptors are as before", () => descriptors() <= before.descriptors + 1);
  // What was still ending when the first round was counted may be fewer now; more is a leak.
  await until("there is no more of any resource than before", () =>
    [...resources()].every(([kind, count]) => count <= (before.resources.get(kind) ?? 0)),
  );
});
