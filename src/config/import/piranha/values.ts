/** Values of lvs.cf, read as the C library read them for Piranha. */
import { servicePorts } from "../service-ports.ts";
import type { Kind } from "./keywords.ts";
import type { Word } from "./lexer.ts";

/** What a value is read into: its text, its number where it has one, and a pair's device. */
export interface ReadValue {
  readonly text: string;
  readonly number: number;
  readonly device: string;
}

/** The value, or `message|hint`. */
export function readValue(kind: Kind, word: Word, second: Word | undefined): ReadValue | string {
  const plain = { text: word.text, number: 0, device: "" };
  if (typeof kind !== "string")
    return kind.includes(word.text) ? plain : `invalid argument|use one of ${kind.join(", ")}`;
  switch (kind) {
    case "integer":
    case "number-port": {
      const number = integerOf(word.text);
      return number === null ? "integer expected|give a number" : { ...plain, number };
    }
    case "boolean": {
      const number = integerOf(word.text);
      return number === 0 || number === 1 ? { ...plain, number } : "boolean expected|write 0 or 1";
    }
    case "port": {
      const number = integerOf(word.text) ?? servicePorts[word.text] ?? null;
      return number === null ? "invalid argument|give the port's number" : { ...plain, number };
    }
    case "host":
      return dotted(word.text) === "0.0.0.0"
        ? "invalid host name or ip address|give the machine's address"
        : { ...plain, text: dotted(word.text) ?? word.text };
    case "host-or-none":
      return { ...plain, text: dotted(word.text) ?? word.text };
    case "pair":
      return { ...plain, text: dotted(word.text) ?? word.text, device: second?.text ?? "" };
    case "address": {
      const address = dotted(word.text);
      return address === null
        ? "invalid host name or ip address|give an address"
        : { ...plain, text: address };
    }
    case "mask": {
      const mask = dotted(word.text);
      return mask === null
        ? "Bad subnet mask specified|such as 255.255.255.0"
        : { ...plain, text: mask };
    }
    // An unreadable pmask is ignored by Piranha, without a message.
    case "any-mask":
      return { ...plain, text: dotted(word.text) ?? "" };
    case "quoted-text":
      // Double quotes are stripped by who uses the value; single ones stay in it.
      return { ...plain, text: word.raw.startsWith("'") ? word.raw : word.text };
    default:
      return plain;
  }
}

/** C's integers with their base; "" is 0; 32 bits, signed. Null: no integer. */
export function integerOf(text: string): number | null {
  if (text === "") return 0;
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text);
  if (match === null) return null;
  const digits = match[2] ?? "0";
  const base = /^0[xX]/.test(digits) ? 16 : digits.startsWith("0") ? 8 : 10;
  const size = Number.parseInt(digits, base) % 2 ** 32;
  return (match[1] === "-" ? -size : size) | 0;
}

/** inet_aton(3): one to four parts, each decimal, octal or hexadecimal, the last one fills up. */
export function dotted(text: string): string | null {
  const parts = text.split(".");
  if (parts.length > 4) return null;
  const numbers = parts.map((part) =>
    /^(?:0[xX][0-9a-fA-F]{1,8}|0[0-7]*|[1-9]\d{0,9})$/.test(part) ? part : null,
  );
  let value = 0;
  for (const [at, part] of numbers.entries()) {
    if (part === null) return null;
    const base = /^0[xX]/.test(part) ? 16 : part.startsWith("0") && part.length > 1 ? 8 : 10;
    const number = Number.parseInt(part, base);
    const isLast = at === numbers.length - 1;
    const room = isLast ? 256 ** (4 - at) : 256;
    if (number >= room) return null;
    value = value * room + number;
  }
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
