/**
 * Connections over TCP for checks: opened, spoken over, and closed by reset (RFC 9293, section
 * 3.6), so that thousands of them leave no TIME_WAIT. They do what a check needs and cost a
 * fraction of a socket of Node's, whose stream, events and clean-up are most of what a check costs.
 */
import { family, type IpAddress } from "../../../model/address.ts";
import {
  close,
  connect,
  errno,
  errnos,
  getSocketOption,
  receive,
  send,
  setSocketOption,
  socket,
} from "../../libc.ts";
import { portOf, socketAddress } from "../../socket-address.ts";
import {
  addressFamilies,
  socketCloseOnExec,
  socketNonBlocking,
  socketStream,
} from "../../socket-kinds.ts";
import { broken, type Descriptor, readable, readiness, writable } from "./readiness.ts";

export interface PlainGoal {
  readonly address: IpAddress;
  readonly port: number;
  /** Makes the socket, where it is to be marked or bound; left out: one that is neither. */
  readonly socket?: () => number;
}

/** Who hears how a connection ends: once, and nothing comes after that or after `close`. */
interface LastWords {
  /** By the number of its error (errno(3)). */
  failed(error: number): void;
  /** By an owner's function. */
  threw(thrown: unknown): void;
}

/** Who opens it. */
export interface Opener extends LastWords {
  connected(): void;
}

/** Who speaks over it. */
export interface Speaker extends LastWords {
  /** Bytes of the speaker's own. */
  heard(bytes: Buffer): void;
  /** The other side has ended; it may still listen. */
  ended(): void;
}

const levelSocket = 1;
const optionError = 4;
const optionLinger = 13;
/** MSG_NOSIGNAL. */
const noSignal = 0x4000;
/** Heard at a time, so that whatever it is others have their turn soon. */
const heardBytesMax = 16 * 1024;

// Used within one call each.
const room = new Uint8Array(heardBytesMax);
const number = new Int32Array(1);
const numberSize = new Uint32Array(1);
/** struct linger: on, 0 s. */
const byReset = Int32Array.of(1, 0);

/** Why the connection does not come to stand; 0: it stands. */
function pendingError(fd: number): number {
  numberSize[0] = number.byteLength;
  const asked = getSocketOption(fd, levelSocket, optionError, number, numberSize);
  return asked === 0 ? (number[0] ?? 0) : errno();
}

export class PlainConnection implements Descriptor {
  readonly #opener: Opener;
  /** Null: what comes waits in the kernel. */
  #speaker: Speaker | null = null;
  #fd: number;
  #isOpen = false;
  #hasEnded = false;
  /** What is reported of it. */
  #watched = writable;
  /** What the kernel had no room for, and who hears that it has been sent. */
  #unsent: { readonly bytes: Uint8Array; readonly sent: () => void }[] = [];

  private constructor(fd: number, opener: Opener) {
    this.#fd = fd;
    this.#opener = opener;
  }

  /**
   * Begins to connect; or the error's number. Nothing is heard before this returns.
   * Throws MachineError, and what `socket` throws.
   */
  static open(goal: PlainGoal, opener: Opener): PlainConnection | number {
    const { address, port } = goal;
    const ready = readiness();
    const of = family(address);
    const type = socketStream | socketCloseOnExec | socketNonBlocking;
    const fd = goal.socket?.() ?? socket(addressFamilies[of], type, 0);
    if (fd < 0) return errno();
    const to = socketAddress(address, port);
    const connection = new PlainConnection(fd, opener);
    const begun = connect(fd, to, to.length) === 0 || errno() === errnos.EINPROGRESS;
    if (begun && ready.watch(fd, connection, writable)) return connection;
    const error = errno();
    close(fd);
    return error;
  }

  /** What comes is the speaker's from now on. */
  listen(speaker: Speaker): void {
    this.#speaker = speaker;
    this.#watchWhatMatters();
  }

  /** Sends all of it, then calls back; before this returns, where the kernel has room. */
  say(bytes: Uint8Array, sent: () => void): void {
    if (this.#fd < 0) return;
    this.#unsent.push({ bytes, sent });
    if (this.#unsent.length === 1) this.#send();
  }

  /** The port on this side. */
  get ownPort(): number {
    return portOf(this.#fd);
  }

  /** Ends it, in whatever state. Safe to repeat. */
  close(): void {
    const fd = this.#fd;
    if (fd < 0) return;
    this.#fd = -1;
    this.#unsent = [];
    readiness().forget(fd);
    if (this.#isOpen) setSocketOption(fd, levelSocket, optionLinger, byReset, byReset.byteLength);
    close(fd);
  }

  ready(events: number): void {
    if (!this.#isOpen) this.#connected(events);
    else {
      if ((events & writable) !== 0) this.#send();
      if (this.#fd >= 0 && (events & (readable | broken)) !== 0) this.#read();
    }
  }

  threw(thrown: unknown): void {
    this.close();
    (this.#speaker ?? this.#opener).threw(thrown);
  }

  #connected(events: number): void {
    const error = (events & broken) === 0 ? 0 : pendingError(this.#fd);
    this.#isOpen = error === 0;
    if (this.#isOpen) this.#opener.connected();
    else this.#fail(error);
  }

  #read(): void {
    const speaker = this.#speaker;
    if (speaker === null) return;
    if (this.#hasEnded) {
      // It has broken since, which would be reported without an end.
      readiness().drop(this.#fd);
      return;
    }
    const got = receive(this.#fd, room, room.length, 0);
    if (got > 0) speaker.heard(Buffer.from(room.subarray(0, got)));
    else if (got === 0) {
      this.#hasEnded = true;
      this.#watchWhatMatters();
      speaker.ended();
    } else if (errno() !== errnos.EAGAIN && errno() !== errnos.EINTR) this.#fail(errno());
  }

  #send(): void {
    for (let first = this.#unsent[0]; first !== undefined; first = this.#unsent[0]) {
      const { bytes, sent } = first;
      const took = send(this.#fd, bytes, bytes.length, noSignal);
      if (took < 0 && errno() !== errnos.EAGAIN) this.#fail(errno());
      else if (took < bytes.length) {
        this.#unsent[0] = { bytes: bytes.subarray(Math.max(0, took)), sent };
        break;
      } else {
        this.#unsent.shift();
        sent();
      }
    }
    this.#watchWhatMatters();
  }

  #watchWhatMatters(): void {
    const hears = this.#speaker !== null && !this.#hasEnded;
    const wanted = (hears ? readable : 0) | (this.#unsent.length > 0 ? writable : 0);
    if (this.#fd < 0 || !this.#isOpen || wanted === this.#watched) return;
    this.#watched = wanted;
    readiness().change(this.#fd, wanted);
  }

  #fail(error: number): void {
    this.close();
    (this.#speaker ?? this.#opener).failed(error);
  }
}
