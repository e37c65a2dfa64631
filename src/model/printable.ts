/**
 * Text from elsewhere (a real server's answer, a stranger's datagram, an operator's file) where
 * people read it: bounded, and without characters that move the cursor, hide a line, or show it in
 * another order than it has (bidirectional controls, Unicode TR 36; zero-width characters).
 */

/** Controls, formats, separators of lines, surrogates alone, what fonts leave out. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const everyHidden = new RegExp(hidden, "gu");

const codesOf = (character: string): number => character.codePointAt(0) ?? 0;

function visible(character: string): string {
  const code = codesOf(character).toString(16);
  return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, "0")}`;
}

/** The same body with every hidden character in its texts made visible, as `\xNN` or `\u{NNNN}`. */
export function printable<Body>(body: Body): Body {
  if (typeof body === "string") return body.replace(everyHidden, visible) as Body & string;
  if (Array.isArray(body)) return body.map((each: unknown) => printable(each)) as Body & unknown[];
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [printable(key), printable(value)]),
  ) as Body & object;
}

/**
 * Lines of text or JSON with hidden characters as the escapes of RFC 8259 section 7: JSON says the
 * same as before. Line ends stay, and what is in `kept`.
 */
export function printableLines(text: string, kept = ""): string {
  return text.replace(everyHidden, (character) =>
    character === "\n" || kept.includes(character)
      ? character
      : character.split("").map(escaped).join(""),
  );
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** The beginning of a text, at most `max` characters; `…` at its end says that more followed. */
export function clipped(text: string, max: number): string {
  if (text.length <= max) return text;
  // Half of a pair of surrogates is no character.
  const pair = (text.charCodeAt(max - 2) & 0xfc00) === 0xd800;
  return `${text.slice(0, max - (pair ? 2 : 1))}…`;
}
