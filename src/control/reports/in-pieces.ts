/**
 * A long report as JSON, a piece at a time: a status of thousands of real servers takes 10 ms to
 * write down, for which no heartbeat waits.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

/** Items of a list that are written down at once: some hundred real servers. */
const itemsPerPiece = 8;

/** What JSON.stringify says of the body; the loop has a turn between two pieces. */
export async function jsonInPieces(body: object): Promise<string> {
  const fields: string[] = [];
  for (const [key, value] of Object.entries(body)) {
    const text = Array.isArray(value) ? await listInPieces(value) : JSON.stringify(value);
    // As JSON has it, what is undefined is left out.
    if (text !== undefined) fields.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${fields.join(",")}}`;
}

async function listInPieces(list: readonly unknown[]): Promise<string> {
  const pieces: string[] = [];
  for (let at = 0; at < list.length; at += itemsPerPiece) {
    if (at > 0) await nextTurn();
    pieces.push(JSON.stringify(list.slice(at, at + itemsPerPiece)).slice(1, -1));
  }
  return `[${pieces.join(",")}]`;
}
