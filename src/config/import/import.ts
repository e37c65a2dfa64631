/**
 * Other systems' files as lvsd's configuration: which importer reads what, and the commented text
 * that comes of it. Pure: texts in, text and findings out.
 */
import type { Problem } from "../../keys/problem.ts";
import { rootKeys } from "../schema/root.ts";
import { isHeartbeat } from "./claims.ts";
import { importHeartbeat } from "./heartbeat/convert.ts";
import {
  type Finding,
  type ForeignFile,
  foreignBytesMax,
  type Imported,
  type ImporterName,
  type ImportOptions,
  importerNames,
} from "./imported.ts";
import { importIpvsadm } from "./ipvsadm/convert.ts";
import { isIpvsadm } from "./ipvsadm/statements.ts";
import { importKeepalived } from "./keepalived/convert.ts";
import { isKeepalived } from "./keepalived/recognise.ts";
import { importLdirectord } from "./ldirectord/convert.ts";
import { isLdirectord } from "./ldirectord/recognise.ts";
import { refusedRouters } from "./mending/given-routers.ts";
import { leaveOutRefused } from "./mending/refused.ts";
import type { Origin } from "./outline.ts";
import { printOutline } from "./outline.ts";
import { importPiranha } from "./piranha/convert.ts";
import { isPiranha } from "./piranha/recognise.ts";

/** One kind of files. */
interface Importer {
  readonly name: ImporterName;
  /** Its first statement is unknown to the original then, which ends it. */
  readonly refusesByteOrderMark?: boolean;
  recognises(text: string): boolean;
  /** `files`: those of this kind; `others`: what else was given, such as `ip addr` output. */
  read(
    files: readonly ForeignFile[],
    others: readonly ForeignFile[],
    options: ImportOptions,
  ): Imported;
}

/** In the order in which they are asked whether they know a text. */
const importers: readonly Importer[] = [
  {
    name: "piranha",
    refusesByteOrderMark: true,
    recognises: isPiranha,
    read: (files, others, options) => oneOf(files, (file) => importPiranha(file, options, others)),
  },
  {
    name: "ldirectord",
    refusesByteOrderMark: true,
    recognises: isLdirectord,
    read: importLdirectord,
  },
  { name: "keepalived", recognises: isKeepalived, read: importKeepalived },
  { name: "heartbeat", recognises: isHeartbeat, read: importHeartbeat },
  {
    name: "ipvsadm",
    recognises: isIpvsadm,
    read: (files, others, options) => oneOf(files, (file) => importIpvsadm(file, options, others)),
  },
];

/** The text of a configuration, where each of its lines came from, and what is different. */
export interface ImportedText {
  readonly from: ImporterName;
  readonly text: string;
  /** By line, the first at 0. */
  readonly origins: readonly (Origin | null)[];
  readonly findings: readonly Finding[];
  /** Of these, what was left out because `lvsd check` would refuse it. */
  readonly refused: readonly Finding[];
}

/** Reads files of one site together. Never throws. */
export function importFiles(
  given: readonly ForeignFile[],
  from: ImporterName | null,
  options: ImportOptions,
): ImportedText | { readonly problems: readonly Problem[] } {
  const files = given.map(({ name, text }) => ({ name, text: text.replace(byteOrderMark, "") }));
  const large = files.filter(({ text }) => text.length > foreignBytesMax);
  if (large.length > 0)
    return {
      problems: large.map(({ name }) => whole(name, "larger than 4 MiB", "is it the right file?")),
    };
  const isEmpty = files.every(({ text }) => text.trim() === "");
  if (isEmpty)
    return {
      problems: files.map(({ name }) => whole(name, "it is empty", "is it the right file?")),
    };
  const importer = importers.find(({ name, recognises }) =>
    from === null ? files.some(({ text }) => recognises(text)) : name === from,
  );
  if (importer === undefined) {
    const hint = `say which with --from ${importerNames.join("|")}`;
    return {
      problems: files.map(({ name }) =>
        whole(name, "not recognised as a file of a known system", hint),
      ),
    };
  }
  const known = files.filter(({ text }) => importer.recognises(text));
  const own = known.length === 0 ? files : known;
  const others = files.filter((file) => !own.includes(file));
  const strange = others.filter((file) => strangerIn(file, importer) !== undefined);
  const marked = own.filter((file) => given[files.indexOf(file)]?.text !== file.text);
  if (marked.length > 0 && importer.refusesByteOrderMark === true && !options.lenient)
    return { problems: marked.map(({ name }) => markRefused(name, importer.name)) };
  const around = others.filter((file) => !strange.includes(file));
  const imported = importer.read(own, around, options);
  if ("problems" in imported)
    return { problems: imported.problems.toSorted((a, b) => order(files, a) - order(files, b)) };
  const head = [
    `Imported from ${own.map(({ name }) => name.slice(name.lastIndexOf("/") + 1)).join(", ")}.`,
    "The comment behind a line names the line that it came from.",
  ];
  const root = imported.root.inOrder(Object.keys(rootKeys));
  const routers = refusedRouters(root, options);
  if (routers.length > 0) return { problems: routers };
  const judged = leaveOutRefused(root);
  if ("problems" in judged) {
    const file = own[0]?.name ?? null;
    return { problems: judged.problems.map((each) => ({ ...each, file: each.file ?? file })) };
  }
  const { text, origins } = printOutline(root.inOrder(Object.keys(rootKeys)), head);
  const left = strange.map((file) => strangerLeft(file, importer));
  const findings = [...imported.findings, ...left, ...judged.findings];
  return { from: importer.name, text, origins, findings, refused: judged.findings };
}

/** Another system's importer that knows the file; Heartbeat's belong to ldirectord's. */
const strangerIn = ({ text }: ForeignFile, own: Importer): Importer | undefined =>
  importers.find(
    (one) =>
      one !== own &&
      !(own.name === "ldirectord" && one.name === "heartbeat") &&
      one.recognises(text),
  );

const strangerLeft = (file: ForeignFile, own: Importer): Finding => ({
  kind: "left-out",
  origin: { file: file.name, line: 1 },
  subject: file.name,
  text: `it is a file of ${strangerIn(file, own)?.name}, and the others are read as ${own.name}: import it by itself`,
});

/** In the order of the given files and their lines. */
const order = (files: readonly ForeignFile[], { file, line }: Problem): number =>
  files.findIndex(({ name }) => name === file) * 1e7 + (line ?? 0);

/** For systems whose routers share one file. */
function oneOf(files: readonly ForeignFile[], read: (file: ForeignFile) => Imported): Imported {
  const [first, ...rest] = files;
  if (first === undefined) return { problems: [] };
  const different = rest.filter(({ text }) => text !== first.text);
  if (different.length === 0) return read(first);
  const hint = "both routers need the same one: give the one that is right";
  return {
    problems: different.map(({ name }) => whole(name, `differs from ${first.name}`, hint)),
  };
}

const byteOrderMark = /^\ufeff/;

const markRefused = (file: string, system: string): Problem => ({
  file,
  line: 1,
  column: 1,
  message: `${system} refuses this: a byte order mark in front of the first line`,
  hint: "save the file without it; --lenient passes it over",
});

const whole = (file: string, message: string, hint: string): Problem => ({
  file,
  line: null,
  column: null,
  message,
  hint,
});
