/** Small files of this machine that checks read at each try. Bounded; never waits for a writer. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { codeOf } from "../check-result.ts";

/** What was read: at most one byte more than asked for; or why nothing was, for people. */
export type ReadFile = { readonly bytes: Buffer } | { readonly why: string };

/** Reads up to `bytesMax` bytes, and one more where the file is longer. Never throws. */
export async function readSmallFile(path: string, bytesMax: number): Promise<ReadFile> {
  try {
    // Without O_NONBLOCK a FIFO would hold a thread of the process until somebody writes (fifo(7)).
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) return { why: "it is no file" };
      const room = Buffer.alloc(bytesMax + 1);
      const { bytesRead } = await file.read(room, 0, room.length, 0);
      return { bytes: room.subarray(0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch (thrown) {
    return { why: codeOf(thrown) || "it cannot be read" };
  }
}
