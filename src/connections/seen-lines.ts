/**
 * Which lines have been read before, by 64 bits that are made of each: no text of them is kept, so
 * that nothing has to be collected as garbage while clients wait.
 *
 * Two different lines are taken for one with a chance of 1 in 2^64 for each pair of them. The bytes
 * are mixed as MurmurHash3 does it (x86, 32 bits), twice, with different multipliers.
 */
import { wordAt } from "./word.ts";

const slotsAtFirst = 2048;
/** Of a slot: the two halves. Both are 0 in an empty one. */
const slotWords = 2;
const wordBytes = 4;

const firstBefore = 0xcc9e2d51;
const firstAfter = 0x1b873593;
const secondBefore = 0x239b961b;
const secondAfter = 0xab0e9789;
const mixed = 0x85ebca6b;
const mixedAgain = 0xc2b2ae35;
const firstAdded = 0xe6546b64;
const secondAdded = 0x561ccd1b;

export class SeenLines {
  #slots = new Int32Array(slotsAtFirst * slotWords);
  #count = 0;

  /** Remembers the bytes from `from` to before `to`, at least four; whether they are new. */
  add(bytes: Uint8Array, from: number, to: number): boolean {
    let first = to - from;
    let second = first;
    for (let place = from; place < to; place += wordBytes) {
      // The last word may have some of the one before it.
      const word = wordAt(bytes, place + wordBytes > to ? to - wordBytes : place);
      first ^= Math.imul(turned(Math.imul(word, firstBefore), 15), firstAfter);
      first = (Math.imul(turned(first, 13), 5) + firstAdded) | 0;
      second ^= Math.imul(turned(Math.imul(word, secondBefore), 17), secondAfter);
      second = (Math.imul(turned(second, 19), 5) + secondAdded) | 0;
    }
    first = finished(first);
    second = finished(second);
    // What looks like an empty slot would be new each time.
    if (!this.#put(first === 0 && second === 0 ? 1 : first, second)) return false;
    this.#count += 1;
    if (this.#count * 2 * slotWords > this.#slots.length) this.#grow();
    return true;
  }

  #put(first: number, second: number): boolean {
    const slots = this.#slots;
    const last = slots.length - slotWords;
    for (let at = (first << 1) & last; ; at = (at + slotWords) & last) {
      if (slots[at] === first && slots[at + 1] === second) return false;
      if (slots[at] !== 0 || slots[at + 1] !== 0) continue;
      slots[at] = first;
      slots[at + 1] = second;
      return true;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    for (let at = 0; at < before.length; at += slotWords) {
      const [first = 0, second = 0] = [before[at], before[at + 1]];
      if (first !== 0 || second !== 0) this.#put(first, second);
    }
  }
}

const turned = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

function finished(word: number): number {
  let value = Math.imul(word ^ (word >>> 16), mixed);
  value = Math.imul(value ^ (value >>> 13), mixedAgain);
  return value ^ (value >>> 16);
}
