/**
 * systemd's end of the notification socket (sd_notify(3)), for a daemon that the lab supervises.
 *
 * Node has no datagram sockets of the Unix family, so libc is called. The socket is emptied all
 * the time: a full one would block the daemon when it feeds its watchdog.
 */
import { rmSync } from "node:fs";
import koffi from "koffi";

const libc = koffi.load("libc.so.6");
const openSocket = libc.func("int socket(int, int, int)");
const bindTo = libc.func("int bind(int, void*, uint32_t)");
const receive = libc.func("long recv(int, _Out_ void*, size_t, int)");
const closeDescriptor = libc.func("int close(int)");

const dontWait = 0x40;
const pollMs = 20;

export class NotifySocket {
  readonly path: string;
  readonly #descriptor: number;
  readonly #timer: NodeJS.Timeout;
  #ready = false;
  #watchdogs = 0;
  #last = "";

  /** Binds the socket at `path`, replacing an old one. */
  constructor(path: string) {
    this.path = path;
    rmSync(path, { force: true });
    // AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC
    this.#descriptor = openSocket(1, 2 | 0o2000000, 0) as number;
    const address = Buffer.alloc(110);
    address.writeUInt16LE(1, 0);
    address.write(path, 2);
    if (this.#descriptor < 0 || bindTo(this.#descriptor, address, path.length + 3) !== 0)
      throw new Error(`cannot bind ${path}`);
    this.#timer = setInterval(() => this.#drain(), pollMs);
  }

  /** Whether `READY=1` has come since the last `forget`. */
  get ready(): boolean {
    this.#drain();
    return this.#ready;
  }

  /** What came last. */
  get last(): string {
    this.#drain();
    return this.#last;
  }

  /** How often `WATCHDOG=1` has come. */
  get watchdogs(): number {
    this.#drain();
    return this.#watchdogs;
  }

  forget(): void {
    this.#drain();
    this.#ready = false;
  }

  close(): void {
    clearInterval(this.#timer);
    closeDescriptor(this.#descriptor);
  }

  #drain(): void {
    const bytes = Buffer.alloc(4096);
    for (;;) {
      const length = receive(this.#descriptor, bytes, bytes.length, dontWait) as number;
      if (length <= 0) return;
      this.#last = bytes.subarray(0, length).toString();
      const lines = this.#last.split("\n");
      if (lines.includes("READY=1")) this.#ready = true;
      if (lines.includes("WATCHDOG=1")) this.#watchdogs += 1;
    }
  }
}
