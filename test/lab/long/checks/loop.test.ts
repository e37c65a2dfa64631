/** No check holds the event loop, whatever a real server answers: the heartbeat beats in it. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import type { Check } from "../../../../src/config/config.ts";
import { seconds } from "../../../../src/model/time.ts";
import { httpCheck, sendExpectCheck, serve, tryOnce } from "../../../checks/servers.ts";

/** What the heartbeat may be late by because of a check. */
const lateMax = 20;

/** A page that keeps an automaton of 500 instructions busy at every byte. */
const slow = "xz".repeat(32 * 1024).concat("y");

/** Processor time in ms that this thread takes at most between two turns of the loop. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let over = false;
  const used = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let last = used();
  const look = (): void => {
    const now = used();
    longest = Math.max(longest, now - last);
    last = now;
    if (!over) setImmediate(look);
  };
  setImmediate(look);
  await work();
  over = true;
  return longest;
}

const page = (head: string, body: string | Buffer) => (socket: Socket) =>
  socket.once("data", () => socket.write(Buffer.concat([Buffer.from(head), Buffer.from(body)])));

const length = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
const chunks = "1\r\nx\r\n".repeat(200_000);
const pathologic = `${"a".repeat(500)}b${"a".repeat(500)}`;

const attacks: [string, (socket: Socket) => void, Check, RegExp][] = [
  [
    "a pattern that is slow over a page of 1 MiB",
    page(length(slow.repeat(16).slice(16)), slow.repeat(16).slice(16)),
    httpCheck({ expect: "x.{500}y", regex: true, timeout: seconds(10) }),
    /without a match|took over|deadline passed/,
  ],
  [
    "a text that is slow over a page of 1 MiB",
    page(length("a".repeat(1 << 20)), "a".repeat(1 << 20)),
    httpCheck({ expect: pathologic, timeout: seconds(10) }),
    /without the expected text|took over|deadline passed/,
  ],
  [
    "a pattern that is slow over an answer in 256 pieces",
    (socket) => {
      const piece = Buffer.from("xz".repeat(14));
      const say = (): unknown => socket.writable && socket.write(piece, () => setTimeout(say, 1));
      say();
    },
    sendExpectCheck({
      expect: { kind: "regex", pattern: "x.{500}y" },
      timeout: seconds(10),
    }),
    /without a match|took over|deadline passed/,
  ],
  [
    "200,000 chunks of one byte",
    page("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunks),
    httpCheck({ timeout: seconds(10) }),
    /^too-long: an answer of more than 16384 chunks/,
  ],
  [
    "100,000 interim answers",
    page("", "HTTP/1.1 100 Continue\r\n\r\n".repeat(100_000)),
    httpCheck({ timeout: seconds(10) }),
    /^too-long: more than 16 interim answers/,
  ],
];

describe("the event loop", () => {
  for (const [what, answer, check, judged] of attacks)
    it(`is not held by ${what}`, async (context) => {
      const server = await serve(context, answer);
      // The thread and what is compiled lazily are there.
      await tryOnce(check, server);
      let said = "";
      const held = await longestTurn(async () => {
        const tried = await tryOnce(check, server);
        said = tried.kind === "failed" ? `${tried.reason}: ${tried.why}` : "passed";
      });
      assert.match(said, judged);
      context.diagnostic(`${held.toFixed(1)} ms, ${said}`);
      assert.ok(held < lateMax, `${held} ms`);
    });
});
