import assert from "node:assert/strict";
import { test } from "node:test";
import type { FloatingAddress } from "../../../src/kernel/ip-text.ts";
import { MachineError } from "../../../src/model/error.ts";
import { inPieces } from "../../../src/system/ip/in-pieces.ts";

const vip = (at: number, kind: "vip" | "nat-router" = "vip") => ({ at, kind }) as never;
const numbers = (vips: readonly FloatingAddress[]) =>
  vips.map((each) => (each as unknown as { at: number }).at);

test("pieces grow, keep their order, and have a NAT router's address apart", async () => {
  const pieces: number[][] = [];
  const all = [vip(0, "nat-router"), ...Array.from({ length: 100 }, (_, at) => vip(at + 1))];
  await inPieces(
    all,
    (piece) => {
      pieces.push(numbers(piece));
      return piece;
    },
    () => {},
    () => assert.fail("nothing is left"),
  );
  assert.deepEqual(
    pieces.map(({ length }) => length),
    [1, 1, 2, 4, 8, 16, 32, 32, 5],
  );
  assert.deepEqual(
    pieces.flat(),
    Array.from({ length: 101 }, (_, at) => at),
  );
});

test("what the kernel has not done is handed on before the next piece, in order", async () => {
  const said: string[] = [];
  await inPieces(
    [vip(1), vip(2), vip(3)],
    (piece) => piece.filter((each) => numbers([each])[0] !== 2),
    (done) => void said.push(`done ${numbers(done).join()}`),
    async (left) => void said.push(`left ${numbers(left).join()}`),
  );
  assert.deepEqual(said, ["done 1", "done 3", "left 2"]);
});

test("an error of the machine leaves the piece over, any other one ends it", async () => {
  const left: number[] = [];
  const failing = (error: Error) =>
    inPieces(
      [vip(1)],
      () => {
        throw error;
      },
      () => assert.fail("nothing is done"),
      (vips) => void left.push(...numbers(vips)),
    );
  await failing(new MachineError("netlink"));
  assert.deepEqual(left, [1]);
  await assert.rejects(failing(new Error("bug")), /bug/);
});
