/**
 * What the disk says of an executable that a stranger to root may name: where it lies and who could
 * change it. Judges nothing else.
 */
import { lstatSync, type Stats } from "node:fs";
import { dirname } from "node:path";

/** `/a/b/c`: `/`, `/a`, `/a/b`, `/a/b/c`. */
const downTo = (path: string): string[] =>
  path === "/" ? ["/"] : [...downTo(dirname(path)), path];

/**
 * Why others than root may decide what lies at `path`, which is absolute; null: root alone does.
 * The file and every directory above it are root's, are no links, and no other user may write
 * there. Throws what lstat(2) throws.
 */
export function notRoots(path: string): string | null {
  for (const each of downTo(path)) {
    const { uid, mode, ...stat } = lstatOf(each);
    if (stat.isLink) return `${each} is a link`;
    if (uid !== 0) return `${each} is not owned by root`;
    if ((mode & 0o022) !== 0) return `${each} may be written to by others than root`;
  }
  return null;
}

function lstatOf(path: string): Pick<Stats, "uid" | "mode"> & { readonly isLink: boolean } {
  const stat = lstatSync(path);
  return { uid: stat.uid, mode: stat.mode, isLink: stat.isSymbolicLink() };
}

/** Why `path` is no executable of root's below `directory`; null when it is one. */
export function notRootsIn(directory: string, path: string): string | null {
  // `..` could lead out of it again, and is nothing that anybody needs.
  const below = path.startsWith(`${directory}/`) && !/(?:^|\/)\.\.?(?:\/|$)|\/\//.test(path);
  if (!below) return `it does not lie in ${directory}`;
  try {
    const why = notRoots(path);
    if (why !== null) return why;
    const stat = lstatSync(path);
    if (!stat.isFile()) return "it is not a regular file";
    return (stat.mode & 0o111) === 0 ? "it is not executable" : null;
  } catch (thrown) {
    const missing = thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
    return missing ? "there is no such file" : "it cannot be looked at";
  }
}
