import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { SeenLines } from "../../../src/connections/seen-lines.ts";
import { MachineError } from "../../../src/model/error.ts";
import { type Ms, ms, seconds } from "../../../src/model/time.ts";
import { connectionReader } from "../../../src/system/ipvs/connection-reader.ts";
import { Pace } from "../../../src/system/process/pace.ts";

const line = (port: number, state = "ESTABLISHED"): string => {
  const text = port.toString(16).toUpperCase().padStart(4, "0");
  return `TCP C0A81A32 ${text} C0A81A0A 0050 0A0B0C03 0050 ${state.padEnd(11)}     894\n`;
};

function file(t: TestContext, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-connections-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, "ip_vs_conn"), text);
  return join(directory, "ip_vs_conn");
}

const read = (
  place: string,
  { seen = new SeenLines(), atMost = seconds(60), slice = ms(3) } = {},
) => connectionReader(place)(seen, atMost, new Pace({ slice, rest: ms(1) }));

const many = Array.from({ length: 20_000 }, (_, at) => line(at + 1)).join("");

test("a long file is read across its pieces, each connection once", async (t) => {
  const place = file(t, `Pro FromIP   FPrt ToIP\n${many}`);
  const seen = new SeenLines();
  const { connections, complete } = await read(place, { seen });
  assert.equal(complete, true);
  assert.equal(connections.length, 20_000);
  assert.equal(connections.at(-1)?.clientPort, 20_000);
  writeFileSync(place, many + line(30_000) + line(1, "FIN_WAIT"));
  const again = await read(place, { seen });
  assert.deepEqual(
    again.connections.map(({ clientPort, state }) => [clientPort, state]),
    [
      [30_000, "ESTABLISHED"],
      [1, "FIN_WAIT"],
    ],
  );
});

test("reading ends when its time is over, says so, and lets others have their turn", async (t) => {
  const place = file(t, many);
  const turnsDuring = async (slice: Ms): Promise<number> => {
    let turns = 0;
    let next = setImmediate(function count() {
      turns += 1;
      next = setImmediate(count);
    });
    await read(place, { slice });
    clearImmediate(next);
    return turns;
  };
  assert.ok((await turnsDuring(ms(1))) > 1, "others have had their turn");
  assert.equal(await turnsDuring(seconds(60)), 0);
  const all = await read(place);
  const some = await read(place, { atMost: ms(1) });
  assert.equal(all.complete, true);
  assert.equal(some.complete, false);
  assert.ok(some.connections.length < all.connections.length);
});

test("a kernel without IPVS has no such file", async (t) => {
  const place = file(t, "");
  assert.deepEqual(await read(place), {
    connections: [],
    complete: true,
  });
  await assert.rejects(read(`${place}.none`), MachineError);
});
