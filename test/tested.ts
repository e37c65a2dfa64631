/** Which test shows what a source file does: at its own path, or as tested-elsewhere.txt has it. */
import { join, normalize } from "node:path";
import { reach, sources, tests, text } from "./checkout.ts";

/** Folders with one declaration a file: the list of all of them, and the test that goes over it. */
const lists = [
  ["src/advice/findings/", "findings.ts", "test/advice/findings/findings.test.ts"],
  ["src/cli/commands/", "../command-line.ts", "test/cli/command-line.test.ts"],
  ["src/console/messages/", "messages.ts", "test/console/messages.test.ts"],
  ["src/model/events/", "events.ts", "test/model/event-text.test.ts"],
] as const;

interface Elsewhere {
  readonly source: string;
  readonly test: string;
  /** Why the test is not at the source's path. */
  readonly why: string;
}

/** The parts of tested-elsewhere.txt: `test: why` at the margin, sources below it. */
const [imported = [], loaded = [], started = []] = text("test/tested-elsewhere.txt")
  .split(/^\[(?:imported|loaded|started)\].*$/m)
  .slice(1)
  .map(entriesOf);

function entriesOf(part: string): Elsewhere[] {
  let test = "";
  let why = "";
  return part.split("\n").flatMap((line) => {
    if (/^\S/.test(line)) [, test = "", why = ""] = /^(\S+): (.+)$/.exec(line) ?? [];
    const names = /^ {2}\S/.test(line) ? line.trim().split(" ") : [];
    return names.map((name) => ({ source: `src/${name}.ts`, test, why }));
  });
}

const ownTest = (path: string): string | undefined =>
  ["test/", "test/lab/", "test/lab/long/"]
    .map((place) => path.replace(/^src\//, place).replace(/\.ts$/, ".test.ts"))
    .find((test) => tests.includes(test));

/** Types and written values alone: nothing in it runs, and nothing is decided. */
const declaresOnly = (path: string): boolean =>
  text(path)
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .split(/^(?=[a-z])/m)
    .slice(1)
    .every(
      (statement) =>
        /^(?:import|(?:export )?(?:type|interface|declare))\b/.test(statement) ||
        (/^(?:export )?const\b/.test(statement) && !/[(`/]|=>/.test(statement)),
    );

function inList(path: string): boolean {
  const found = lists.find(([folder]) => path.startsWith(folder));
  if (found === undefined) return false;
  const [folder, name, test] = found;
  const list = normalize(join(folder, name));
  return reach(list).has(path) && reach(test).has(list);
}

/** Sources without any test. */
export function untested(): string[] {
  const known = new Set([...imported, ...loaded, ...started].map(({ source }) => source));
  return sources.filter(
    (path) =>
      !known.has(path) && !declaresOnly(path) && !inList(path) && ownTest(path) === undefined,
  );
}

/** Entries of tested-elsewhere.txt that name no file, stand twice, or need not be there. */
export function idle(): string[] {
  const named = [...imported, ...loaded, ...started].map(({ source }) => source);
  return named.filter(
    (path, at) =>
      !sources.includes(path) ||
      named.indexOf(path) !== at ||
      declaresOnly(path) ||
      ownTest(path) !== undefined,
  );
}

/** Entries whose test is none, says no reason, or does not get to the source. */
export function unfounded(): Elsewhere[] {
  const programs = new Set(["src/main.ts", "src/console/assets/console.ts"].flatMap(reached));
  const isScenario = (test: string): boolean => test.startsWith("test/lab/scenarios/");
  const unexplained = [...imported, ...loaded, ...started].filter(({ why }) => why.length < 15);
  const isTest = (test: string): boolean =>
    tests.includes(test) && (isScenario(test) || text(test).includes('from "node:test"'));
  const starts = (test: string): boolean =>
    isScenario(test) ||
    reached(test).some(
      (path) => tests.includes(path) && /\bmain\.ts|bin\/lvsd\b|console-assets/.test(text(path)),
    );
  return [
    ...unexplained,
    ...imported.filter(
      ({ source, test }) => !isTest(test) || !reach(test, { late: false }).has(source),
    ),
    ...loaded.filter(({ source, test }) => !isTest(test) || !reach(test).has(source)),
    ...started.filter(
      ({ source, test }) => !isTest(test) || !starts(test) || !programs.has(source),
    ),
  ];
}

const reached = (path: string): readonly string[] => [...reach(path)];
