/**
 * Which of many descriptors have something to be read or written: one epoll(7) for this thread,
 * which its loop watches as a single descriptor. Thousands of connections that live for a
 * millisecond each then cost one system call to begin with, and one look for all that are ready.
 *
 * Whoever has a descriptor here closes it by himself, after `forget`. Invariant: after that nothing
 * is reported of it, also where a child process that is being started still has a copy.
 */
import { MachineError, messageOf } from "../../../model/error.ts";
import {
  close,
  controlEpoll,
  createEpoll,
  type Watch,
  waitEpoll,
  watchReadable,
  whyNot,
} from "../../libc.ts";

/** epoll_ctl(2). Errors and hang-ups are reported in any case. */
export const readable = 0x001;
export const writable = 0x004;
export const broken = 0x008 | 0x010;

const add = 1;
const remove = 2;
const change = 3;
const closeOnExec = 0o2000000;
/** struct epoll_event is packed on x86-64 alone: 32 bits of events, then 64 of ours. */
const eventBytes = process.arch === "x64" ? 12 : 16;
const oursAt = eventBytes - 8;
/** In one look. */
const eventsMax = 128;

/** Who is to hear what is ready. What it throws goes to `threw`, and others hear theirs. */
export interface Descriptor {
  ready(events: number): void;
  threw(thrown: unknown): void;
}

interface Entry {
  readonly of: Descriptor;
  /** Tells it from an earlier one of the same number. */
  readonly generation: number;
}

class Readiness {
  readonly #epoll: number;
  readonly #watch: Watch;
  readonly #entries: (Entry | undefined)[] = [];
  #count = 0;
  #generation = 0;
  readonly #events = new DataView(new ArrayBuffer(eventBytes * eventsMax));
  readonly #eventBytes = new Uint8Array(this.#events.buffer);
  readonly #asked = new DataView(new ArrayBuffer(eventBytes));
  readonly #askedBytes = new Uint8Array(this.#asked.buffer);

  /** Throws MachineError. */
  constructor() {
    this.#epoll = createEpoll(closeOnExec);
    if (this.#epoll < 0) throw new MachineError(`no epoll: ${whyNot()}`);
    try {
      // Not at once: what is called from there must not throw, and its promises would wait.
      this.#watch = watchReadable(this.#epoll, () => setImmediate(this.look));
    } catch (thrown) {
      close(this.#epoll);
      throw new MachineError(`no epoll: ${messageOf(thrown)}`);
    }
    this.#watch.unref();
  }

  /** False: the kernel does not take it (errno). */
  watch(fd: number, of: Descriptor, events: number): boolean {
    this.#generation = (this.#generation + 1) | 0;
    if (!this.#control(add, fd, this.#generation, events)) return false;
    this.#entries[fd] = { of, generation: this.#generation };
    this.#count += 1;
    if (this.#count === 1) this.#watch.ref();
    return true;
  }

  /** What is to be reported of it from now on. */
  change(fd: number, events: number): void {
    const entry = this.#entries[fd];
    if (entry !== undefined) this.#control(change, fd, entry.generation, events);
  }

  /** Nothing is reported of it any more, though it stays open. */
  drop(fd: number): void {
    const entry = this.#entries[fd];
    if (entry === undefined) return;
    this.#control(remove, fd, entry.generation, 0);
    this.forget(fd);
  }

  /** The kernel forgets it when it is closed. */
  forget(fd: number): void {
    if (this.#entries[fd] === undefined) return;
    this.#entries[fd] = undefined;
    this.#count -= 1;
    if (this.#count === 0) this.#watch.unref();
  }

  /** Reports what is ready now, with others' turns in between where that is much. */
  readonly look = (): void => {
    if (this.#report() === eventsMax) setImmediate(this.look);
  };

  /** Reports all that is ready now. The kernel lists what it has not reported yet first. */
  lookAtAll(): void {
    for (let looks = Math.ceil(this.#count / eventsMax); looks > 0; looks -= 1)
      if (this.#report() < eventsMax) return;
  }

  /** Reports some of what is ready; how much that was. */
  #report(): number {
    const count = waitEpoll(this.#epoll, this.#eventBytes, eventsMax, 0);
    for (let at = 0; at < count * eventBytes; at += eventBytes) {
      const entry = this.#entries[this.#events.getInt32(at + oursAt, true)];
      if (entry?.generation !== this.#events.getInt32(at + oursAt + 4, true)) continue;
      try {
        entry.of.ready(this.#events.getUint32(at, true));
      } catch (thrown) {
        entry.of.threw(thrown);
      }
    }
    return count;
  }

  #control(operation: number, fd: number, generation: number, events: number): boolean {
    this.#asked.setUint32(0, events, true);
    this.#asked.setInt32(oursAt, fd, true);
    this.#asked.setInt32(oursAt + 4, generation, true);
    return controlEpoll(this.#epoll, operation, fd, this.#askedBytes) === 0;
  }
}

let made: Readiness | null = null;

/**
 * Reports what is ready now, where anything is watched: a paused process wakes with its timers
 * overdue and the answers unread, and must read before it judges.
 */
export const lookAtOnce = (): void => made?.lookAtAll();

/** The one of this thread. Throws MachineError (descriptors). */
export function readiness(): Readiness {
  made ??= new Readiness();
  return made;
}
