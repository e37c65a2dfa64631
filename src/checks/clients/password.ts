/**
 * `password_file` and `secret_file`: read at each try, so that a new one needs no reload. Bounded;
 * its content goes to the dialogue or the client library and into no text for people.
 */
import { open } from "node:fs/promises";
import { codeOf, type Failed, failed } from "../verdict.ts";

/** A password of more bytes is a mistake in the path. */
const passwordBytesMax = 1024;

/** The keys that name such a file. */
type SecretKey = "password_file" | "secret_file";

/** The first line of the file, without its end, or this machine's failure. Never throws. */
export async function readPassword(
  path: string,
  key: SecretKey = "password_file",
): Promise<string | Failed> {
  const unreadable = (why: string): Failed => failed("local", `${key} ${path}: ${why}`);
  try {
    const file = await open(path, "r");
    try {
      if (!(await file.stat()).isFile()) return unreadable("it is no file");
      const room = Buffer.alloc(passwordBytesMax + 1);
      const { bytesRead } = await file.read(room, 0, room.length, 0);
      const [line = ""] = room.toString("utf8", 0, bytesRead).split(/\r?\n/, 1);
      if (line === "") return unreadable("its first line is empty");
      if (Buffer.byteLength(line) > passwordBytesMax)
        return unreadable(`its first line is longer than ${passwordBytesMax} bytes`);
      return line;
    } finally {
      await file.close();
    }
  } catch (thrown) {
    return unreadable(codeOf(thrown) || "it cannot be read");
  }
}
