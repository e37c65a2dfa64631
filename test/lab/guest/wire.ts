/**
 * Connections from this machine into a guest: a browser does not run in a guest in any useful time,
 * so it runs here, and what it says goes through files in the directory that both see. Each side
 * writes files with rising numbers, of frames for all connections, and removes what it has read.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

const lookMs = 5;
const kinds = { open: 0, data: 1, end: 2 } as const;
/** Channel, kind, length of what follows. */
const headBytes = 9;

/** One side; `in` and `out` as this side sees them. */
export class Wire {
  readonly #in: string;
  readonly #out: string;
  readonly #sockets = new Map<number, Socket>();
  readonly #servers: Server[] = [];
  readonly #timer: NodeJS.Timeout;
  #waiting: Buffer[] = [];
  #read = 0;
  #written = 0;
  #channels = 0;

  /** `directory`: one that both see and nothing else uses. */
  constructor(directory: string, side: "here" | "guest") {
    const [towards, from] = side === "here" ? ["guest", "here"] : ["here", "guest"];
    this.#out = join(directory, towards);
    this.#in = join(directory, from);
    for (const place of [this.#out, this.#in]) mkdirSync(place, { recursive: true });
    this.#timer = setInterval(() => this.#exchange(), lookMs);
  }

  /** An address here that leads to a port of the guest. */
  async door(port: number): Promise<string> {
    const server = createServer((socket) => {
      this.#channels += 1;
      const opened = Buffer.alloc(2);
      opened.writeUInt16BE(port);
      this.#carry(this.#channels, socket);
      this.#say(this.#channels, "open", opened);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  #carry(channel: number, socket: Socket): void {
    this.#sockets.set(channel, socket);
    socket.on("data", (bytes: Buffer) => this.#say(channel, "data", bytes));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      if (this.#sockets.delete(channel)) this.#say(channel, "end", Buffer.alloc(0));
    });
  }

  #say(channel: number, kind: keyof typeof kinds, bytes: Buffer): void {
    const head = Buffer.alloc(headBytes);
    head.writeUInt32BE(channel);
    head.writeUInt8(kinds[kind], 4);
    head.writeUInt32BE(bytes.length, 5);
    this.#waiting.push(head, bytes);
  }

  #exchange(): void {
    // The guest has ended, and what it left is gone with it.
    if (!existsSync(this.#out)) {
      this.close();
      return;
    }
    if (this.#waiting.length > 0) {
      this.#written += 1;
      const file = join(this.#out, `${this.#written}`);
      writeFileSync(`${file}.new`, Buffer.concat(this.#waiting));
      renameSync(`${file}.new`, file);
      this.#waiting = [];
    }
    for (let bytes = this.#next(); bytes !== null; bytes = this.#next()) this.#hear(bytes);
  }

  #next(): Buffer | null {
    const file = join(this.#in, `${this.#read + 1}`);
    try {
      const bytes = readFileSync(file);
      this.#read += 1;
      rmSync(file, { force: true });
      return bytes;
    } catch {
      // It is not there yet.
      return null;
    }
  }

  #hear(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const channel = bytes.readUInt32BE(at);
      const kind = bytes.readUInt8(at + 4);
      const end = at + headBytes + bytes.readUInt32BE(at + 5);
      const said = bytes.subarray(at + headBytes, end);
      const socket = this.#sockets.get(channel);
      if (kind === kinds.open) this.#carry(channel, connect(said.readUInt16BE(), "127.0.0.1"));
      else if (kind === kinds.data) socket?.write(said);
      else if (socket !== undefined && this.#sockets.delete(channel)) socket.end();
      at = end;
    }
  }
}
