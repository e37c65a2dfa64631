/** With a kernel that takes a while: how long it does is nothing that a lab could choose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePrefix } from "../../../src/model/address.ts";
import { MachineError } from "../../../src/model/error.ts";
import { instant } from "../../../src/model/time.ts";
import { onceLocal } from "../../../src/system/ip/until-local.ts";

const vip = (text: string) => ({
  prefix: parsePrefix(text) ?? assert.fail(text),
  device: "eth0",
  label: null,
});
const four = vip("192.0.2.10/24");
const six = vip("fd00::10/64");
const other = vip("fd00::11/64");

/** It takes packets for one address more each time that it is asked, the first one after `asks`. */
function slowKernel(asks: number) {
  const asked: string[][] = [];
  const elsewhere = (vips: readonly (typeof four)[]) => {
    asked.push(vips.map(({ prefix }) => prefix.address));
    return asked.length < asks ? vips : vips.slice(1);
  };
  return { asked, elsewhere };
}

/** A clock that goes on by so much each time that it is read. */
function clockOf(step: number) {
  let time = 0;
  return () => {
    time += step;
    return instant(time);
  };
}

test("IPv4 is not waited for, nor is a kernel that cannot be asked", () => {
  const { asked, elsewhere } = slowKernel(1);
  let acted = 0;
  const act = () => {
    acted += 1;
  };
  assert.equal(onceLocal([four], { elsewhere }, act), undefined);
  assert.equal(onceLocal([six], undefined, act), undefined);
  assert.deepEqual([acted, asked], [2, []]);
});

test("what is not local yet is asked for again until it is", async () => {
  const { asked, elsewhere } = slowKernel(15);
  const order: string[] = [];
  const act = () => void order.push("acted");
  const waiting = onceLocal([four, six, other], { elsewhere }, act, clockOf(0));
  order.push("returned");
  await waiting;
  assert.deepEqual(order, ["returned", "acted"]);
  assert.equal(asked.length, 16);
  assert.deepEqual([asked[0], asked.at(-1)], [["fd00::10", "fd00::11"], ["fd00::11"]]);
});

test("a kernel that never takes them, or does not say, is not waited for without end", async () => {
  let acted = 0;
  const act = () => {
    acted += 1;
  };
  await onceLocal([six], { elsewhere: (vips) => vips }, act, clockOf(10));
  const mute = () => {
    throw new MachineError("netlink: 1 answers are missing");
  };
  await onceLocal([six], { elsewhere: mute }, act);
  assert.equal(acted, 2);
});
