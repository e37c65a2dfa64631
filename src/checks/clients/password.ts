/**
 * `password_file` and `secret_file`: read at each try, so that a new one needs no reload. Bounded;
 * its content goes to the dialogue or the client library and into no text for people.
 */

import { type Deadline, type Failed, failed } from "../check-result.ts";
import { readSmallFile } from "../program/small-file.ts";

/** A password of more bytes is a mistake in the path. */
const passwordBytesMax = 1024;

/** The keys that name such a file. */
type SecretKey = "password_file" | "secret_file";

/**
 * The first line of the file, without its end, or this machine's failure. Never throws. `of`: the
 * try whose texts must not show it.
 */
export async function readPassword(
  path: string,
  key: SecretKey = "password_file",
  of: Pick<Deadline, "secrets" | "transcript"> = {},
): Promise<string | Failed> {
  const unreadable = (why: string): Failed => failed("local", `${key} ${path}: ${why}`);
  const read = await readSmallFile(path, passwordBytesMax);
  if ("why" in read) return unreadable(read.why);
  const [line = ""] = read.bytes.toString("utf8").split(/\r?\n/, 1);
  if (line === "") return unreadable("its first line is empty");
  if (Buffer.byteLength(line) > passwordBytesMax)
    return unreadable(`its first line is longer than ${passwordBytesMax} bytes`);
  of.secrets?.push(line);
  of.transcript?.secret(line);
  return line;
}
