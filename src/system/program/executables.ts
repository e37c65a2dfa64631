/**
 * What the disk says of an executable that a stranger to root may name: where it really lies and
 * who could change it. Judges nothing else.
 */
import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Why `path` is no executable of root's in `directory`; null when it is one. Links are followed,
 * and whoever could write to the file or to its directory counts as its owner.
 */
export function notRootsIn(directory: string, path: string): string | null {
  try {
    const real = realpathSync(path);
    const place = realpathSync(directory);
    if (!path.startsWith(`${directory}/`) || !real.startsWith(`${place}/`))
      return `it does not lie in ${directory}`;
    for (const each of [real, dirname(real)]) {
      const { uid, mode } = statSync(each);
      if (uid !== 0) return `${each} is not owned by root`;
      if ((mode & 0o022) !== 0) return `${each} may be written to by others than root`;
    }
    const { mode } = statSync(real);
    return (mode & 0o111) === 0 ? "it is not executable" : null;
  } catch (thrown) {
    const missing = thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
    if (!path.startsWith(`${directory}/`)) return `it does not lie in ${directory}`;
    return missing ? "there is no such file" : "it cannot be looked at";
  }
}
