/**
 * The files that browsers load: read once, kept in memory, known by name alone, so that no path of
 * a request ever becomes a path of the disk. `build/console-assets.ts` makes them.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AssetPaths } from "./layout.ts";

export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
}

export interface Assets {
  readonly paths: AssetPaths;
  /** By the path of a request. */
  readonly byPath: ReadonlyMap<string, Asset>;
}

const types = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8" } as const;

/** Next to the bundle, and in a checkout that was built. */
const places = [
  new URL("./console-assets/", import.meta.url),
  new URL("../../../dist/lvsd/console-assets/", import.meta.url),
].map((url) => fileURLToPath(url));

export const assetsDirectory = (): string =>
  places.find((place) => existsSync(`${place}console.css`)) ?? "";

/** Pages work without what is missing: a checkout that was not built has none. */
export function loadAssets(directory: string): Assets {
  const byPath = new Map<string, Asset>();
  const load = (name: string, kind: keyof typeof types): string | null => {
    const file = `${directory}/${name}.${kind}`;
    if (directory === "" || !existsSync(file)) return null;
    const bytes = readFileSync(file);
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
    const path = `/assets/${name}-${hash}.${kind}`;
    byPath.set(path, { type: types[kind], bytes });
    return path;
  };
  return { byPath, paths: { style: load("console", "css"), script: load("console", "js") } };
}
