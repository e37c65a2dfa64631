/**
 * Markup in every text that the console takes or shows: each page is found by its links, each form
 * on it is sent with markup in every field, and each page is then looked at for markup that is
 * markup. Nothing here names a panel or a field, so new ones are tried like the others.
 */
import type { Answer, Visitor } from "../visitor.ts";
import { formsIn, linksIn, type PageForm } from "./page.ts";

/** Ends every kind of attribute and begins an element. */
export const evil = "'\"><xevil onx=1>`";

/** Markup that a page has as text: itself, in quotes of YAML or JSON, or in an address. */
const harmless = /(?:&#39;\\*&quot;&gt;&lt;|%27%22%3E%3C)xevil/g;

/** Pages of one kind, whose addresses differ in values alone: another server has no other page. */
const ofKindMax = 2;
/** Choices of one list that are followed. */
const choicesMax = 60;

export interface Walked {
  /** What went wrong, by the page. */
  readonly breaches: readonly string[];
  /** Paths of forms that were sent. */
  readonly sent: ReadonlySet<string>;
  readonly pages: number;
}

export interface Walk {
  /** An operator who is logged in. */
  readonly visitor: Visitor;
  /** Where to begin. */
  readonly paths: readonly string[];
  /** Forms that are not sent: they do what they say. */
  readonly except?: readonly string[];
  /** Paths to which something is sent whether a page has a form for them or not. */
  readonly actions: readonly string[];
}

/** A form, and the page that it stood on. */
interface Place {
  readonly page: string;
  readonly form: PageForm;
}

class Walker {
  readonly #walk: Walk;
  readonly #breaches: string[] = [];
  readonly #sent = new Set<string>();
  /** Addresses that were looked at, and how many of each kind. */
  readonly #seen = new Set<string>();
  readonly #kinds = new Map<string, number>();
  readonly #forms = new Map<string, Place>();
  #token = "";

  constructor(walk: Walk) {
    this.#walk = walk;
  }

  async run(): Promise<Walked> {
    const { visitor, actions, except = [] } = this.#walk;
    this.#token = await visitor.tokenOf("/help");
    await this.#look([...this.#walk.paths]);
    // What ends the session or the draft comes last.
    const late = /^\/(?:review|history|password)\//;
    const places = [...this.#forms.values()].sort(
      (a, b) => Number(late.test(a.form.action)) - Number(late.test(b.form.action)),
    );
    for (const place of places)
      if (place.form.action !== "/logout" && !except.includes(place.form.action))
        await this.#try(place);
    const names = new Set(places.flatMap(({ form }) => form.fields.map(({ name }) => name)));
    for (const action of actions)
      if (!this.#sent.has(action) && !except.includes(action))
        await this.#send(
          action,
          [...names].map((name) => [name, evil]),
          action,
        );
    return { breaches: this.#breaches, sent: this.#sent, pages: this.#seen.size };
  }

  /** Follows the links and the choices of every page, and keeps its forms. */
  async #look(paths: string[]): Promise<void> {
    for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
      if (this.#seen.has(path)) continue;
      this.#seen.add(path);
      const answer = await this.#walk.visitor.get(path);
      this.#judge(path, answer);
      paths.push(...linksIn(answer.text).filter((link) => this.#isNew(link)));
      for (const form of formsIn(answer.text))
        if (form.method === "post") this.#keep({ page: path, form });
        else
          for (const [kind, choice] of choicesOf(form))
            if (this.#isNew(choice, `${form.action} ${kind}`)) paths.push(choice);
    }
  }

  /** Whether there were few of this kind so far; usually its path and the names of its values. */
  #isNew(path: string, kind: string = kindOf(path)): boolean {
    const count = this.#kinds.get(kind) ?? 0;
    this.#kinds.set(kind, count + 1);
    return count < ofKindMax;
  }

  #keep({ page, form }: Place): void {
    const key = JSON.stringify([form.action, form.fields.map(({ name }) => name).sort()]);
    if (!this.#forms.has(key)) this.#forms.set(key, { page, form });
  }

  /** As it stands with markup in its texts, valid or not; then in what is hidden too. */
  async #try({ page, form }: Place): Promise<void> {
    const { action, fields, buttons } = form;
    const valued = (isEvil: (kind: string) => boolean) =>
      fields
        .filter(({ name, kind }) => name !== "token" && name !== "" && kind !== "file")
        .map(({ name, kind, value }): [string, string] => [name, isEvil(kind) ? evil : value]);
    const texts = valued((kind) => kind === "text");
    for (const [name, value] of buttons) await this.#send(action, [...texts, [name, value]], page);
    await this.#send(action, texts, page);
    await this.#send(action, [...texts, ["anyway", "yes"]], page);
    for (const path of [page, "/review"]) this.#judge(path, await this.#walk.visitor.get(path));
    await this.#send(
      action,
      valued(() => true),
      page,
    );
    const { visitor } = this.#walk;
    if ((await visitor.get(page)).status === 303) {
      await visitor.login("admin");
      this.#token = await visitor.tokenOf("/help");
    }
    await visitor.post("/review/discard", { token: this.#token });
  }

  async #send(
    path: string,
    fields: readonly (readonly [string, string])[],
    page: string,
  ): Promise<void> {
    const { visitor } = this.#walk;
    this.#sent.add(path);
    const form = { ...Object.fromEntries(fields), token: this.#token };
    const answer = await visitor.post(path, form);
    this.#judge(`${path} from ${page}`, answer);
    if (answer.status !== 303 || answer.location === null) return;
    if (/^\/(?![/\\])/.test(answer.location))
      this.#judge(`behind ${path}`, await visitor.get(answer.location));
    else this.#breaches.push(`${path} leads to ${answer.location}`);
  }

  #judge(where: string, { status, headers, text }: Answer): void {
    // Whoever is sent away for a while has tried nothing.
    if (status >= 500 || status === 429) this.#breaches.push(`${where}: status ${status}`);
    if (!(headers.get("content-type") ?? "").startsWith("text/html")) return;
    const all = text.split("xevil").length - 1;
    if (all === (text.match(harmless) ?? []).length) return;
    const at = text.search(/(?<!(?:&#39;\\*&quot;&gt;&lt;|%27%22%3E%3C))xevil/);
    this.#breaches.push(`${where}: ${JSON.stringify(text.slice(Math.max(0, at - 80), at + 20))}`);
  }
}

export const walkTexts = (walk: Walk): Promise<Walked> => new Walker(walk).run();

function kindOf(path: string): string {
  const [pathname, query = ""] = path.split("?");
  return `${pathname} ${[...new URLSearchParams(query).keys()].sort()}`;
}

/** The pages behind a form that changes nothing: each choice of each list, and markup in all of it. */
function choicesOf({ action, fields }: PageForm): readonly (readonly [string, string])[] {
  const usual = fields.map(({ name, value }): [string, string] => [name, value]);
  const to = (given: readonly [string, string][]): string =>
    `${action}?${new URLSearchParams([...given])}`;
  const chosen = fields
    .filter(({ kind }) => kind === "choice")
    .flatMap(({ name, options }) =>
      options.slice(0, choicesMax).map((option): [string, string] => {
        const given = usual.map(([one, value]): [string, string] => [
          one,
          one === name ? option : value,
        ]);
        return [`${name}=${option}`, to(given)];
      }),
    );
  const texts = fields.filter(({ kind }) => kind === "text").map(({ name }) => name);
  const named = usual.map(([name, value]): [string, string] => [
    name,
    texts.includes(name) ? "fresh" : value,
  ]);
  return [...chosen, ["named", to(named)], ["evil", to(usual.map(([name]) => [name, evil]))]];
}
