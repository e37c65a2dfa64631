/** Bytes by four at a time, for what has to go through many lines while clients wait. */

/** Four bytes as one whole number of 32 bits: larger ones cost memory and time. */
export const wordAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 24) |
  ((bytes[at + 1] ?? 0) << 16) |
  ((bytes[at + 2] ?? 0) << 8) |
  (bytes[at + 3] ?? 0);
