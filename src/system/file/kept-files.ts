/** Files that were loaded once, in place of what is on the disk now. */
import { matchesGlob } from "node:path";
import type { ConfigFile, Files } from "../../config/read-config.ts";

/** Each pattern matches what it matched then. */
export const keptFiles = (kept: readonly ConfigFile[]): Files => ({
  read(path) {
    const file = kept.find((one) => one.path === path);
    return file ?? { error: { message: "was not kept", hint: null } };
  },
  glob: (pattern) => kept.filter(({ path }) => matchesGlob(path, pattern)).map(({ path }) => path),
});
