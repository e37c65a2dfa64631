/** What is fuzzed: something that takes bytes from outside, and real samples of them. */

export interface Reader {
  readonly samples: readonly Uint8Array[];
  /** Reads an input, whole or in pieces. Throws where the reader breaks a promise. */
  read(bytes: Uint8Array, pieces: readonly Uint8Array[]): void | Promise<void>;
  /** Ends what `open` began. */
  close?(): Promise<void>;
}

/** Readers by name; each is opened in a thread of its own. */
export type Readers = Readonly<Record<string, () => Reader | Promise<Reader>>>;

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

/** A promise that a reader makes. */
export function promised(holds: boolean, what: string): void {
  if (!holds) throw new Error(`broken promise: ${what}`);
}
