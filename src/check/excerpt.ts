/**
 * A stranger's bytes as text that is safe in a log line, on a terminal and in a web page: printable
 * ASCII, everything else escaped, bounded in length.
 */

/** One log line of 80 columns holds such an excerpt and what is said about it. */
export const excerptCharactersMax = 48;

const printable = (code: number): string => {
  if (code === 0x0a) return "\\n";
  if (code === 0x0d) return "\\r";
  if (code === 0x09) return "\\t";
  if (code === 0x5c) return "\\\\";
  if (code >= 0x20 && code < 0x7f) return String.fromCharCode(code);
  return `\\x${code.toString(16).padStart(2, "0")}`;
};

/** The beginning of `bytes` in double quotes; `...` behind it says that more followed. */
export function excerpt(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const next = printable(byte);
    if (text.length + next.length > excerptCharactersMax) return `"${text}"...`;
    text += next;
  }
  return `"${text}"`;
}

/**
 * `text` on one printable line of at most `charactersMax` characters; for messages of libraries.
 */
export function printableLine(text: string, charactersMax: number): string {
  const line = text
    .slice(0, charactersMax + 1)
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
    .trim();
  return line.length > charactersMax ? `${line.slice(0, charactersMax - 3)}...` : line;
}
