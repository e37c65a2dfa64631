/** The frames of the configuration channel: 4 bytes of length, then as many bytes. */

const lengthBytes = 4;

/** A frame behind its length. */
export function framed(frame: Uint8Array): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(frame.length);
  return Buffer.concat([length, frame]);
}

/** Cuts a stream into frames; what is not whole yet is kept as it came. */
export class FrameReader {
  readonly #bytesMax: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  push(chunk: Buffer): readonly Uint8Array[] | "too-large" {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < lengthBytes) return [];
    const first = this.#peek().readUInt32BE();
    if (first > this.#bytesMax) return "too-large";
    if (this.#bytes < lengthBytes + first) return [];
    // Joined once for all frames in it: a frame each would be quadratic where they are tiny.
    const whole = Buffer.concat(this.#chunks);
    const frames: Uint8Array[] = [];
    let at = 0;
    while (whole.length - at >= lengthBytes) {
      const length = whole.readUInt32BE(at);
      if (length > this.#bytesMax) return "too-large";
      const end = at + lengthBytes + length;
      if (end > whole.length) break;
      frames.push(whole.subarray(at + lengthBytes, end));
      at = end;
    }
    this.#chunks = [whole.subarray(at)];
    this.#bytes = whole.length - at;
    return frames;
  }

  /** The first bytes as one, without joining everything that waits. */
  #peek(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= lengthBytes) return first;
    this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }
}
