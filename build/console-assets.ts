/**
 * What browsers load from the console: one script and one style sheet, made of
 * src/console/assets/. The bundle has them next to it; tests with a browser make their own.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";

const root = join(import.meta.dirname, "..");
const from = join(root, "src/console/assets");

/** Browsers of the last years: `light-dark()` of CSS Color 5 is the newest thing that is used. */
const target = ["chrome123", "firefox120", "safari17.5"];

/** Writes console.js and console.css into `out`. */
export async function buildConsoleAssets(out: string): Promise<Metafile> {
  mkdirSync(out, { recursive: true });
  const { metafile } = await build({
    entryPoints: [join(from, "console.ts"), join(from, "console.css")],
    entryNames: "[name]",
    outdir: out,
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target,
    supported: { nesting: true },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}
