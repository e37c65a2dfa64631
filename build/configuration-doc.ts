/** docs/configuration.md, printed from the description that the reader reads by. */
import { starter } from "../src/advice/starter.ts";
import { declaredTypes } from "../src/check/check-types.ts";
import { rootKeys } from "../src/config/schema/root.ts";
import type { DescribedKey, Inside } from "../src/keys/shape.ts";
import { configBytesMax } from "../src/keys/source.ts";

type Keys = Readonly<Record<string, DescribedKey>>;

interface Part {
  readonly path: string;
  readonly help: string;
  readonly keys: Keys;
}

/** The sections with an order of their own; all others follow in the schema's. */
const title = (path: string): string => (path === "" ? "The whole file" : `\`${path}\``);

const anchor = (path: string): string =>
  title(path)
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, "")
    .replaceAll(" ", "-");

/** Every section once, at the first place where it stands; `defaults` repeats virtual servers. */
function partsOf(keys: Keys, path: string, help: string, seen: Map<Keys, string>): Part[] {
  if (seen.has(keys)) return [];
  seen.set(keys, path);
  const inner = Object.entries(keys)
    .filter(([name]) => !(path === "" && name === "defaults"))
    .flatMap(([name, key]) => {
      const found = sectionOf(key.shape.inside, path === "" ? name : `${path}.${name}`);
      return found === null ? [] : partsOf(found.keys, found.path, key.help, seen);
    });
  return [{ path, help, keys }, ...inner];
}

function sectionOf(
  inside: Inside | undefined,
  path: string,
): { readonly keys: Keys; readonly path: string } | null {
  if (inside === undefined) return null;
  if (inside.kind === "section") return { keys: inside.keys, path };
  return sectionOf(inside.shape.inside, `${path}${inside.suffix}`);
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** A default is code where it could stand in a file, words where it cannot. */
const defaultCell = (key: DescribedKey): string => {
  if (key.defaultWords === null) return "**needed**";
  const empty = key.defaultWords === "{}" || key.defaultWords === "[]";
  if (empty) return "";
  return key.defaultValue === undefined ? key.defaultWords : `\`${key.defaultWords}\``;
};

/** A table of keys; the place of a section that stands elsewhere becomes a link. */
export function keyTable(
  keys: Keys,
  places: ReadonlyMap<Keys, string> = new Map(),
): readonly string[] {
  const row = ([name, key]: readonly [string, DescribedKey]): string => {
    const found = sectionOf(key.shape.inside, "");
    const target = found === null ? undefined : places.get(found.keys);
    const type =
      target === undefined ? key.shape.words : `[${key.shape.words}](#${anchor(target)})`;
    return `| \`${name}\` | ${cell(type)} | ${cell(defaultCell(key))} | ${cell(key.help)} |`;
  };
  const rows = Object.entries(keys).map(row);
  return ["| key | type | default | meaning |", "|---|---|---|---|", ...rows];
}

function partText(part: Part, places: ReadonlyMap<Keys, string>): string {
  const lines = [`## ${title(part.path)}`, "", part.help, "", ...keyTable(part.keys, places), ""];
  if (part.path.endsWith(".check")) lines.push(...checkTypesText());
  return lines.join("\n");
}

const checkTypesText = (): string[] => [
  "Which keys a check of each type has besides those of every type; [checks.md](checks.md) describes",
  "each type:",
  "",
  "| type | keys |",
  "|---|---|",
  ...declaredTypes.map(({ name, keys }) => {
    const names = Object.keys(keys).map((key) => `\`${key}\``);
    return `| \`${name}\` | ${names.join(" ")} |`;
  }),
  "",
];

const rootHelp =
  "The top level of the file. A key that is a map or a list has its own section further down.";

/** The whole document. */
export function configurationDoc(): string {
  const places = new Map<Keys, string>();
  const parts = partsOf(rootKeys, "", rootHelp, places);
  return `${[introduction(), ...parts.map((part) => partText(part, places))].join("\n").trimEnd()}\n`;
}

const mebibytes = configBytesMax / 1024 / 1024;

const introduction =
  (): string => `<!-- Written by \`make docs\` from src/config/schema/root.ts. -->
# The configuration

One file, \`/etc/lvsd/lvsd.yaml\`, the same on both routers. \`lvsd init\` writes a first one:

\`\`\`yaml
${starter().trimEnd()}
\`\`\`

\`lvsd check\` lists everything that is wrong with it, each with its line, its column and a hint;
\`lvsd.schema.json\` lets editors complete it and mark mistakes while you type. With
yaml-language-server, put this line on top:

\`\`\`yaml
# yaml-language-server: $schema=/path/to/lvsd.schema.json
\`\`\`

## How values are written

- The file is YAML 1.2 in UTF-8. Unknown keys, keys given twice and values of the wrong kind are
  errors; nothing is ignored. All files of a configuration hold at most ${mebibytes} MiB together.
- **Durations** are \`250ms\`, \`2s\`, \`1.5s\`, \`5m\`, \`1h\`, or a plain number of seconds.
- **Addresses** are IPv4 or IPv6. Only the address of a real server may be a host name ([names.md](names.md)):
  lvsd must never wait for a name server.
- **Netmasks** are dotted masks or prefix lengths.
- **Names** of virtual and real servers have 1 to 63 letters, digits, \`-\`, \`_\` and \`.\`.
- An empty \`timeouts:\` means the same as no \`timeouts:\`. This applies to every map, list and key without a
  default value. Other keys need a value.
- **The nearest wins**: a virtual server's key is read from the virtual server, then from \`defaults\`, then from
  the defaults below. A \`check\` is merged key by key, a real server's over its virtual server's
  over that of \`defaults\`; where the \`type\` differs only interval,
  timeout, fall and rise are inherited.
- Virtual servers may share a VIP. Only one of them need give its prefix length and device; they
  must not contradict each other.
`;
