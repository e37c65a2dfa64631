/**
 * The escapes of `send` and `expect`: how operators write bytes in a line of text, as Piranha's
 * checks did. Everything else stands for its UTF-8 bytes.
 */

const single: Readonly<Record<string, number>> = {
  r: 0x0d,
  n: 0x0a,
  t: 0x09,
  "0": 0x00,
  "\\": 0x5c,
  '"': 0x22,
  "'": 0x27,
};

export const escapesHint = "known are \\r \\n \\t \\0 \\\\ \\\" \\' and \\xHH";

/** The bytes of a text, or a message that names the first escape that has no meaning. */
export function readEscapes(text: string): Uint8Array | string {
  const parts: Uint8Array[] = [];
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf("\\", at);
    if (next === -1) {
      parts.push(Buffer.from(text.slice(at)));
      break;
    }
    parts.push(Buffer.from(text.slice(at, next)));
    const letter = text[next + 1];
    if (letter === undefined) return "a lone \\ ends the text";
    const hex = /^[0-9A-Fa-f]{2}$/.exec(text.slice(next + 2, next + 4));
    const byte = letter === "x" && hex !== null ? Number.parseInt(hex[0], 16) : single[letter];
    if (byte === undefined) {
      const written = JSON.stringify(text.slice(next, next + (letter === "x" ? 4 : 2)));
      return `unknown escape ${written.replaceAll("\\\\", "\\")} at character ${next + 1}`;
    }
    parts.push(Uint8Array.of(byte));
    at = next + (letter === "x" ? 4 : 2);
  }
  return Uint8Array.from(Buffer.concat(parts));
}
