/** Users of this machine, whom server programs of Debian run as. */
import { chownSync, readFileSync } from "node:fs";

/** Gives a file or directory to a user and its group. */
export function own(path: string, user: string): void {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((each) => each.startsWith(`${user}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  if (uid === undefined) throw new Error(`no user ${user}: its package is missing`);
  chownSync(path, Number(uid), Number(gid));
}
