/**
 * Bundles src/ into dist/lvsd/: the modules of lvsd and of the libraries that it uses, the native
 * add-ons, the licences of all of them, and a link to the pinned Node. `build/install.sh` copies
 * this directory as it stands, and nothing in it refers to a place outside.
 *
 * Modules that are imported lazily stay modules of their own, so that `lvsd status` does not read
 * what only the daemon needs. All modules lie side by side: a worker that src/ names by
 * `new URL("./NAME.ts", import.meta.url)` becomes an entry of its own, found by the same
 * expression.
 */
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { buildConsoleAssets } from "./console-assets.ts";

const root = join(import.meta.dirname, "..");
const modules = join(root, "node_modules");
const out = join(root, "dist/lvsd");
const platform = `linux-${process.arch}`;

const addons = {
  "koffi.node": join(modules, `@koromix/koffi-${platform}/linux_${process.arch}/koffi.node`),
  "notify.node": join(modules, "sd-notify/build/Release/notify.node"),
};

const workerUrl = /new URL\("\.\/([\w-]+)\.ts", import\.meta\.url\)/g;

/** Source files that are started as worker threads. */
function workerEntries(): string[] {
  return readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => {
      const file = join(root, "src", name);
      return [...readFileSync(file, "utf8").matchAll(workerUrl)].map(([, worker]) =>
        join(dirname(file), `${worker}.ts`),
      );
    });
}

const loadBeside = (name: string): string =>
  `import { createRequire } from "node:module";
   const native = createRequire(import.meta.url)(${JSON.stringify(`./${name}`)});`;

/** What a library does to find its native add-on becomes: it is next to the bundle. */
const nativeBeside: Plugin = {
  name: "native add-ons are next to the bundle",
  setup(bundler) {
    bundler.onLoad({ filter: /koffi\/src\/koffi\/src\/static\.js$/ }, () => ({
      contents: `${loadBeside("koffi.node")} export const loadStatic = () => native;`,
      loader: "js",
    }));
    bundler.onLoad({ filter: /\/bindings\/bindings\.js$/ }, () => ({
      contents: `${loadBeside("notify.node")} export default () => native;`,
      loader: "js",
    }));
    // sd-notify is CommonJS; as a module it can take the add-on from the import above.
    bundler.onLoad({ filter: /\/sd-notify\/index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(
        "require('bindings')('notify')",
        "require('bindings').default('notify')",
      ),
      loader: "js",
    }));
    bundler.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(
        workerUrl,
        'new URL("./$1.mjs", import.meta.url)',
      ),
      loader: "ts",
    }));
  },
};

/** The licence texts of every library that the bundle contains, and of Node. */
function licences(...bundled: readonly Metafile[]): string {
  const packages = new Set([`node-${platform}`, `@koromix/koffi-${platform}`, "bindings"]);
  for (const input of bundled.flatMap(({ inputs }) => Object.keys(inputs))) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (name !== undefined) packages.add(name);
  }
  return [...packages]
    .sort()
    .map((name) => {
      const directory = join(modules, name);
      const { version, license } = JSON.parse(
        readFileSync(join(directory, "package.json"), "utf8"),
      );
      const texts = readdirSync(directory).filter((file) => /^licen[cs]e/i.test(file));
      return [
        `=== ${name} ${version} (${license}) ===`,
        ...texts.map((file) => readFileSync(join(directory, file), "utf8").trim()),
      ].join("\n\n");
    })
    .join("\n\n\n")
    .concat("\n");
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { metafile } = await build({
  entryPoints: [join(root, "src/main.ts"), ...workerEntries()],
  entryNames: "[name]",
  chunkNames: "[name]-[hash]",
  outdir: out,
  outExtension: { ".js": ".mjs" },
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  plugins: [nativeBeside],
  banner: {
    js: 'import{createRequire as lvsdRequire}from"node:module";const require=lvsdRequire(import.meta.url);',
  },
});
const assets = await buildConsoleAssets(join(out, "console-assets"));
for (const [name, from] of Object.entries(addons)) cpSync(from, join(out, name));
symlinkSync(relative(out, join(modules, `node-${platform}/bin/node`)), join(out, "node"));
writeFileSync(join(out, "THIRD-PARTY-LICENSES"), licences(metafile, assets));
