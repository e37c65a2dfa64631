/**
 * The drafts of the console's users, one for each: it is there in all their sessions, and a login
 * later too. In memory alone and bounded; a console that starts anew has none.
 */
import type { Edit } from "../../config/editing/edit.ts";
import { asYaml } from "../../config/import/piranha/as-yaml.ts";
import { withSerial } from "../../config/saving/edit.ts";
import type { ConfigReport } from "../../control/api.ts";
import type { ControlClient } from "../../control/client.ts";
import { configBytesMax } from "../../keys/source.ts";
import { type Draft, edited, isChanged, type Rebased, rebased } from "./draft.ts";

/** Users with a draft at the same time. */
const draftsMax = 32;
/** Characters of all drafts together, and of what they are made on. */
const charactersMax = 64 * 1024 * 1024;
/** A draft that was not touched for so long makes room for others. */
const idleMs = 24 * 3_600_000;

interface Kept {
  readonly draft: Draft;
  readonly used: number;
}

export type Refused =
  /** There is no room for it. */
  | { readonly refused: "too-many" | "too-large" }
  /** Why this place of the text cannot be edited, in English. */
  | { readonly refused: "not-editable"; readonly why: string };

export const isRefusedDraft = (kept: Draft | Refused): kept is Refused => "refused" in kept;

export class Drafts {
  readonly #kept = new Map<string, Kept>();
  readonly #now: () => number;

  /** `now`: ms since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  of(user: string): Draft | null {
    return this.#kept.get(user)?.draft ?? null;
  }

  /** Keeps a draft in place of the user's last one, if there is room. */
  keep(user: string, draft: Draft): Draft | Refused {
    if (draft.text.length > configBytesMax) return { refused: "too-large" };
    const now = this.#now();
    for (const [name, { used }] of this.#kept) if (now - used > idleMs) this.#kept.delete(name);
    const others = [...this.#kept].filter(([name]) => name !== user).map(([, one]) => one.draft);
    const characters = [...others, draft].reduce(
      (sum, { text, base }) => sum + text.length + base.text.length,
      0,
    );
    if (others.length >= draftsMax || characters > charactersMax) return { refused: "too-many" };
    this.#kept.set(user, { draft, used: now });
    return draft;
  }

  discard(user: string): void {
    this.#kept.delete(user);
  }

  now(): number {
    return this.#now();
  }
}

/** The draft of the user who asks: what panels do with it. */
export interface UserDraft {
  /** Null: there is none. */
  readonly present: Draft | null;
  /** The draft, begun on what is loaded where there is none. Throws MachineError. */
  open(): Promise<Draft>;
  /** Makes a whole text the draft, on what is loaded now. Throws MachineError. */
  take(text: string): Promise<Draft | Refused>;
  /** Makes a whole text the draft, on what the present one is made on. Throws MachineError. */
  put(text: string): Promise<Draft | Refused>;
  /** Makes edits in the draft. Throws MachineError. */
  edit(edits: readonly Edit[]): Promise<Draft | Refused>;
  /** Puts the draft on top of what is loaded now. Throws MachineError. */
  rebase(yielding?: boolean): Promise<Rebased | null>;
  discard(): void;
}

/** As saving writes it: forms edit YAML, and what is compared is in one form. */
const inYaml = (report: ConfigReport): ConfigReport => ({
  ...report,
  text: asYaml(report.path, report.text) ?? report.text,
});

export function draftOf(
  user: string,
  drafts: Drafts,
  client: Pick<ControlClient, "config">,
): UserDraft {
  const loaded = async (): Promise<ConfigReport> => inYaml(await client.config());
  const open = async (): Promise<Draft> => {
    const present = drafts.of(user);
    if (present !== null && isChanged(present)) return present;
    const base = await loaded();
    return { base, text: base.text, begun: drafts.now() };
  };
  const settle = (draft: Draft): Draft | Refused => {
    // Nothing is left of it: whoever opens it next begins with what is loaded then.
    if (isChanged(draft)) return drafts.keep(user, draft);
    drafts.discard(user);
    return draft;
  };
  return {
    get present() {
      return drafts.of(user);
    },
    open,
    async take(given) {
      const base = await loaded();
      const { text } = inYaml({ ...base, text: given });
      // Saving raises it; until then it is no difference. The first configuration brings its own.
      const same = base.hash === "" ? text : (withSerial(text, base.serial) ?? text);
      return drafts.keep(user, { base, text: same, begun: drafts.now() });
    },
    async put(text) {
      const draft = await open();
      return settle({ ...draft, text: inYaml({ ...draft.base, text }).text });
    },
    async edit(edits) {
      const result = edited(await open(), edits);
      if ("refused" in result) return { refused: "not-editable", why: result.refused };
      return settle(result.draft);
    },
    async rebase(yielding = false) {
      const present = drafts.of(user);
      if (present === null) return null;
      const result = rebased(present, await loaded(), yielding);
      if (result.kind === "fits") {
        if (!isChanged(result.draft)) drafts.discard(user);
        else if (result.moved) {
          const kept = drafts.keep(user, result.draft);
          if ("refused" in kept) return { kind: "impossible", why: "there is no room for it" };
        }
      }
      return result;
    },
    discard: () => drafts.discard(user),
  };
}
