/**
 * Text from elsewhere (a real server's answer, a stranger's datagram) on an operator's terminal:
 * without control characters, which could move the cursor or hide a line.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/g;

const escapeCharacter = (character: string): string =>
  `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;

/** The same body with every control character in its texts made visible as `\xNN`. */
export function printable<Body>(body: Body): Body {
  if (typeof body === "string")
    return body.replace(controlCharacters, escapeCharacter) as Body & string;
  if (Array.isArray(body)) return body.map((each: unknown) => printable(each)) as Body & unknown[];
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [printable(key), printable(value)]),
  ) as Body & object;
}
