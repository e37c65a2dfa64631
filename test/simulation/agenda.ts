/** What is to happen when: a heap of things to do, by time and then by order of entry. */
interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class Agenda {
  private readonly heap: Entry[] = [];
  private entered = 0;

  nextAt(): number {
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  add(at: number, run: () => void): void {
    const { heap } = this;
    const entry = { at, order: this.entered++, run };
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || before(above, entry)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  /** Takes the first thing off; the caller runs it. */
  take(): () => void {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) throw new Error("the agenda is empty");
    if (heap.length > 0) this.sink(last);
    return first.run;
  }

  private sink(entry: Entry): void {
    const { heap } = this;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      let smaller = heap[left];
      if (smaller === undefined) break;
      let child = left;
      const right = heap[left + 1];
      if (right !== undefined && before(right, smaller)) {
        smaller = right;
        child = left + 1;
      }
      if (before(entry, smaller)) break;
      heap[place] = smaller;
      place = child;
    }
    heap[place] = entry;
  }
}

const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
