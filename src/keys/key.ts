/**
 * The heartbeat's key file: one base64 line of 32 bytes a key. The first key signs, every key
 * verifies, so that a key is replaced without an outage: add the new one as second line on both
 * routers, then swap the lines, then remove the old one. Blank lines and `#` comments are left out.
 */
import type { Problem } from "./problem.ts";

/** HMAC-SHA256 gains nothing from a key longer than its output (RFC 2104 section 3). */
export const keyBytes = 32;

/** Two suffice for a rotation; every key more is one more HMAC for each forged datagram. */
export const keysMax = 4;

export type ReadKeyResult =
  | { readonly keys: readonly Uint8Array[] }
  | { readonly problems: readonly Problem[] };

const keygenHint = "lvsd keygen makes one";

/** Reads the text of a key file; `file` is named in the problems. The key never appears in them. */
export function readKey(text: string, file: string): ReadKeyResult {
  const keys: Uint8Array[] = [];
  const problems: Problem[] = [];
  const complain = (line: number | null, message: string, hint: string): void => {
    problems.push({ file, line, column: line === null ? null : 1, message, hint });
  };
  for (const [index, whole] of text.split("\n").entries()) {
    const line = whole.replace(/#.*/, "").trim();
    if (line === "") continue;
    const key = Buffer.from(line, "base64");
    if (key.toString("base64") !== line) {
      complain(index + 1, "this line is not base64", keygenHint);
    } else if (key.length !== keyBytes) {
      complain(index + 1, `a key of ${key.length} bytes; it must have ${keyBytes}`, keygenHint);
    } else if (keys.length === keysMax) {
      complain(index + 1, `more than ${keysMax} keys`, "remove the old ones");
    } else {
      keys.push(Uint8Array.from(key));
    }
    if (problems.length >= keysMax) break;
  }
  if (keys.length === 0 && problems.length === 0)
    complain(null, "the key file holds no key", keygenHint);
  return problems.length > 0 ? { problems } : { keys };
}
