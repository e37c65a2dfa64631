/**
 * The connection that a client library speaks on: ours, so that one deadline, one way of speaking
 * TLS and one bound on what a server says hold for all libraries, and they open no socket.
 */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { TlsOptions } from "../../check/type.ts";
import { messageOf } from "../../model/error.ts";
import { type CheckResult, type Deadline, type Failed, failed, late } from "../check-result.ts";
import { ofThisWork } from "../containment.ts";
import { close, open } from "../stream.ts";
import type { Endpoint } from "../target.ts";
import { brokenStream } from "../tls/tls-words.ts";

/** A handshake, a login and a first row or entry are a hundredth of this. */
export const heardBytesMax = 256 * 1024;

/** How long, in ms, a server may take to close once it was taken leave of. */
const leaveMax = 250;

export class ClientStream extends Duplex {
  /** As libraries ask a net.Socket. */
  readonly connecting = false;
  readonly readyState = "open";
  /** Why the connection is of no more use, in our words; null: it is. */
  fault: Failed | null = null;
  /** Resolves once there is a fault. */
  readonly broken: Promise<Failed>;
  /** What is missing at the deadline. */
  missing = "greeting";
  #broken: (fault: Failed) => void = () => {};
  #leaving = false;
  readonly #socket: Socket;
  readonly #target: Endpoint;
  readonly #deadline: Deadline;
  /** Why the first bytes that the server says are none of this protocol; null: they may be. */
  readonly #strange: (heard: Uint8Array) => boolean;
  #connection: Duplex;
  #release: () => void = () => {};
  #heard = 0;

  constructor(
    socket: Socket,
    target: Endpoint,
    deadline: Deadline,
    strange: (heard: Uint8Array) => boolean,
  ) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#target = target;
    this.#deadline = deadline;
    this.#strange = strange;
    this.#connection = socket;
    this.broken = new Promise((resolve) => {
      this.#broken = resolve;
    });
    // Its faults are kept; a library that does not listen is no reason to end the process.
    this.on("error", () => {});
    this.#carry(socket);
  }

  /** Goes on over TLS. Null: it stands. */
  async secure(options: TlsOptions, protocols: readonly string[] = []): Promise<Failed | null> {
    this.#release();
    const { secure } = await import("../tls.ts");
    const { sni } = options;
    const secured = await secure(
      ...([this.#socket, this.#target, options, sni, protocols, this.#deadline] as const),
    );
    if (secured.kind === "failed") {
      this.#break(secured);
      return secured;
    }
    this.#carry(secured.connection);
    return null;
  }

  /** Waits until the server has closed, which it does once it was taken leave of; not for long. */
  left(): Promise<void> {
    this.#leaving = true;
    if (this.readableEnded || this.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, leaveMax);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#deadline.signal.addEventListener("abort", done, { once: true });
      this.once("end", done);
      this.once("close", done);
      this.resume();
    });
  }

  /** The failure, unless it is only that the server has closed. */
  ended(failure: Failed): Failed {
    if (!this.readableEnded || failure.reason !== "unreadable") return failure;
    return failed("closed", `closed before the ${this.missing}`);
  }

  #carry(connection: Duplex): void {
    this.#connection = connection;
    const hear = (bytes: Buffer): void => this.#hear(bytes);
    const ended = (): void => void this.push(null);
    // The library has heard all by then; not all of them notice the end.
    if (this.listenerCount("end") === 0) this.once("end", () => setImmediate(() => this.#closed()));
    const broken = (error: Error): void => this.#break(brokenStream(error));
    connection.on("data", hear);
    connection.once("end", ended);
    connection.once("close", ended);
    connection.on("error", broken);
    this.#release = () => {
      connection.removeListener("data", hear);
      connection.removeListener("end", ended);
      connection.removeListener("close", ended);
      connection.removeListener("error", broken);
      connection.pause();
      this.#release = () => {};
    };
    connection.resume();
  }

  #hear(bytes: Buffer): void {
    if (this.fault !== null) return;
    const strange = this.#heard === 0 && this.#strange(bytes);
    this.#heard += bytes.length;
    if (strange) this.#break(failed("unreadable", "the answer is none of this protocol"));
    else if (this.#heard > heardBytesMax)
      this.#break(failed("too-long", `more than ${heardBytesMax} bytes of answer`));
    else this.push(bytes);
  }

  #closed(): void {
    if (!this.#leaving) this.#break(failed("closed", `closed before the ${this.missing}`));
  }

  #break(fault: Failed): void {
    this.fault ??= fault;
    this.destroy(new Error(fault.why));
    this.#broken(this.fault);
  }

  /**
   * What a library throws over bytes that it cannot read is the server's fault, not this machine's.
   */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== "data") return super.emit(event, ...args);
    try {
      return super.emit(event, ...args);
    } catch (thrown) {
      this.#break(failed("unreadable", messageOf(thrown)));
      return true;
    }
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#connection.writable) this.#connection.write(bytes, done);
    else done(new Error("the connection is closed"));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#release();
    done(error);
  }

  /** The connection stands already. */
  connect(): this {
    queueMicrotask(() => this.emit("connect"));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/**
 * What a library does on a connection. What it throws is `sorted`, unless the stream knows better.
 */
export interface Client {
  /** Whether the first bytes of a server are none of this protocol. */
  strange(heard: Uint8Array): boolean;
  speak(stream: ClientStream): Promise<CheckResult>;
  sorted(thrown: unknown): Failed;
}

/** Connects, lets the library speak until the deadline, and closes. */
export async function speakOn(
  target: Endpoint,
  deadline: Deadline,
  client: Client,
): Promise<CheckResult> {
  const opened = await open(target, deadline);
  if (opened.kind === "failed") return opened;
  const socket = opened.connection;
  socket.setNoDelay(true);
  const stream = new ClientStream(socket, target, deadline, client.strange);
  try {
    const overdue = new Promise<CheckResult>((resolve) => {
      const expire = ofThisWork(() => resolve(late(stream.missing, deadline)));
      if (deadline.signal.aborted) expire();
      else deadline.signal.addEventListener("abort", expire, { once: true });
    });
    const spoken = client
      .speak(stream)
      .catch((thrown: unknown) => stream.fault ?? stream.ended(client.sorted(thrown)));
    return await Promise.race([spoken, stream.broken, overdue]);
  } finally {
    stream.destroy();
    close(socket);
  }
}
