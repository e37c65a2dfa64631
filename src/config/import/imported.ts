/**
 * What an importer yields: a configuration as an outline whose every entry knows where it came
 * from, and findings about what is different from the original. Pure, like every importer.
 */
import type { Problem } from "../../keys/problem.ts";
import type { MapNode, Origin } from "./outline.ts";

/** The systems whose files are read. */
export const importerNames = [
  "piranha",
  "keepalived",
  "ldirectord",
  "heartbeat",
  "ipvsadm",
] as const;
export type ImporterName = (typeof importerNames)[number];

/** One file to import; `name` is what messages call it. */
export interface ForeignFile {
  readonly name: string;
  readonly text: string;
}

/**
 * `carried`: nothing is lost, and this is why. `changed`: carried over in another form or value.
 * `left-out`: not in the result. `suspicious`: carried over as far as it goes, though it was
 * probably never meant.
 */
export const findingKinds = ["carried", "changed", "left-out", "suspicious"] as const;
export type FindingKind = (typeof findingKinds)[number];

export interface Finding {
  readonly kind: FindingKind;
  readonly origin: Origin | null;
  /** The statement or part that it is about, as the old file names it. */
  readonly subject: string;
  /** What becomes of it and why, in one or two sentences. */
  readonly text: string;
}

/** The own addresses of a router, where no file names them. */
export interface GivenRouter {
  readonly public: string;
  readonly private: string | null;
}

/** What the operator knows and the files do not say. */
export interface ImportOptions {
  readonly primary: GivenRouter | null;
  readonly backup: GivenRouter | null;
  /** Takes what was meant where the original's parser would refuse the file. */
  readonly lenient: boolean;
  /** Virtual servers that differ only in their port become one with `ports:`. */
  readonly fold: boolean;
  /** keepalived's configuration id (`@ID` lines); null: the one of the first file. */
  readonly instance: string | null;
}

export const importDefaults: ImportOptions = {
  primary: null,
  backup: null,
  lenient: false,
  fold: false,
  instance: null,
};

/** A sound reading, or every reason why the files cannot be read. */
export type Imported =
  | { readonly root: MapNode; readonly findings: readonly Finding[] }
  | { readonly problems: readonly Problem[] };

/** A file is refused beyond this many bytes: no real one has a hundredth of it. */
export const foreignBytesMax = 4 * 1024 * 1024;

/** Findings of one import, in the order of the text that they are about. Bounded. */
export class Findings {
  readonly #findings: Finding[] = [];
  /** One value may be read for many servers. */
  readonly #known = new Set<string>();
  #leftOver = 0;

  add(kind: FindingKind, origin: Origin | null, subject: string, text: string): void {
    const finding = { kind, origin, subject: subject.slice(0, subjectMax), text };
    const key = `${origin?.file}:${origin?.line}:${finding.subject}:${text}`;
    if (this.#known.has(key)) return;
    if (this.#findings.length >= findingsMax) {
      this.#leftOver += 1;
      return;
    }
    this.#known.add(key);
    this.#findings.push(finding);
  }

  /** Further findings are counted and no more: hints for them need not be looked for. */
  get isFull(): boolean {
    return this.#findings.length >= findingsMax;
  }

  all(): readonly Finding[] {
    if (this.#leftOver === 0) return this.#findings;
    const text = `${this.#leftOver} further findings are not listed: mend these first`;
    return [...this.#findings, { kind: "suspicious", origin: null, subject: "the file", text }];
  }
}

/** More than a person reads; the rest is counted. */
const findingsMax = 1000;
const subjectMax = 120;
