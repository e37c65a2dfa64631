/** A seeded source of chance: the same seed draws the same run on every machine (sfc32). */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d = 1;

  /** Streams of one seed have nothing to do with each other. */
  constructor(seed: number, stream = 0) {
    this.a = seed >>> 0;
    this.b = (Math.floor(seed / 2 ** 32) ^ Math.imul(stream, 0x85ebca6b)) >>> 0;
    this.c = 0x9e3779b9;
    for (let round = 0; round < 12; round++) this.next();
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    const sum = (((this.a + this.b) >>> 0) + this.d) >>> 0;
    this.d = (this.d + 1) >>> 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) >>> 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) >>> 0;
    return sum / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  int(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.next());
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }
}
