import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WaitingRoom } from "../../src/control/waiting-room.ts";

describe("a waiting room", () => {
  it("lets one piece of work in after the other, in their order", async () => {
    const room = new WaitingRoom(3);
    const steps: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} ends`);
      return name;
    };
    assert.deepEqual(await Promise.all(["a", "b"].map((name) => room.run(work(name)))), ["a", "b"]);
    assert.deepEqual(steps, ["a begins", "a ends", "b begins", "b ends"]);
  });

  it("takes no more than it has places for, and has them again afterwards", async () => {
    const room = new WaitingRoom(2);
    const gate = Promise.withResolvers<number>();
    const first = room.run(() => gate.promise);
    const second = room.run(async () => 2);
    let begun = false;
    const third = await room.run(async () => {
      begun = true;
    });
    assert.deepEqual([third, begun, room.empty], [null, false, false]);
    gate.resolve(1);
    assert.deepEqual([await first, await second], [1, 2]);
    assert.equal(await room.run(async () => 3), 3);
  });

  it("throws what the work throws, and goes on with the next", async () => {
    const room = new WaitingRoom(2);
    const failed = room.run(async () => {
      throw new Error("broken");
    });
    const next = room.run(async () => "done");
    await assert.rejects(failed, /broken/);
    assert.equal(await next, "done");
    assert.equal(room.empty, true);
  });
});
