/**
 * A visitor of the console with cookies, as a text browser is one: it runs no script. Imports
 * nothing, so that it starts at once in the lab too.
 */

/** Every user's in these tests. */
export const password = "correct horse battery";

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly location: string | null;
}

/** Keeps cookies, follows nothing, and sends what it is given. */
export class Visitor {
  readonly url: string;
  readonly cookies = new Map<string, string>();
  language = "en";

  constructor(url: string) {
    this.url = url;
  }

  get(path: string): Promise<Answer> {
    return this.#ask(path, { method: "GET" });
  }

  /** Sends a form as a browser does that says nothing of where the form was. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.#ask(path, { method: "POST", body: new URLSearchParams(fields), headers });
  }

  /** The token in the forms of a page. */
  async tokenOf(path: string): Promise<string> {
    return tokenIn((await this.get(path)).text);
  }

  /** Sends a form of a page with its token. */
  async submit(page: string, path: string, fields: Readonly<Record<string, string>> = {}) {
    return this.post(path, { ...fields, token: await this.tokenOf(page) });
  }

  login(user: string, word = password): Promise<Answer> {
    return this.submit("/login", "/login", { user, password: word });
  }

  async #ask(path: string, init: RequestInit): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { "accept-language": this.language, cookie, ...init.headers };
    const response = await fetch(new URL(path, this.url), { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Expires=Thu, 01 Jan 1970/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, decodeURIComponent(value));
    }
    const text = await response.text();
    const location = response.headers.get("location");
    return { status: response.status, text, headers: response.headers, location };
  }
}

export const tokenIn = (page: string): string =>
  /name="token" value="([^"]+)"/.exec(page)?.[1] ?? "none";
