/** What is sent in another's name, to every route that changes something. Each lists what got in. */
import type { Visitor } from "../visitor.ts";
import { cookieOf, send } from "./raw.ts";
import type { Route } from "./routes.ts";

export interface Forged {
  readonly routes: readonly Route[];
  /** Who may do everything. */
  readonly admin: Visitor;
  /** The same user, logged in once more. */
  readonly again: Visitor;
}

/** Those that mean something without a session, and have guards of their own. */
const outside = ["/login", "/logout", "/view"];

const changing = (routes: readonly Route[]): readonly string[] =>
  routes
    .filter(({ method, path }) => method === "POST" && !outside.includes(path))
    .map(({ path }) => path);

/** What is wanted of an answer, and what came. */
async function wanted(
  breaches: string[],
  what: string,
  statuses: readonly number[],
  asked: Promise<{ readonly status: number }>,
): Promise<void> {
  const { status } = await asked;
  if (!statuses.includes(status)) breaches.push(`${what}: ${status}`);
}

/** Without a session, without the token, from another site, under another site's name. */
export async function forgeAll({ routes, admin, again }: Forged): Promise<readonly string[]> {
  const breaches: string[] = [];
  const token = await admin.tokenOf("/help");
  const others = ["", "none", await again.tokenOf("/help"), await admin.tokenOf("/login")];
  const { url } = admin;
  const { port } = new URL(url);
  const cookie = cookieOf(admin);
  const foreign: readonly Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  // Its name was resolved to this address, so that its pages are of one origin with the console.
  const rebound = { origin: `http://evil.example:${port}`, host: `evil.example:${port}` };
  const body = new URLSearchParams({ token }).toString();
  for (const path of changing(routes)) {
    const none = send(url, path, { method: "POST", body });
    await wanted(breaches, `${path} of a stranger`, [303], none);
    for (const other of others)
      await wanted(
        breaches,
        `${path} with token ${other}`,
        [403],
        admin.post(path, { token: other }),
      );
    await wanted(breaches, `${path} without a token`, [403], admin.post(path, {}));
    for (const headers of foreign)
      await wanted(
        breaches,
        `${path} ${JSON.stringify(headers)}`,
        [403],
        admin.post(path, { token }, headers),
      );
    const named = send(url, path, { method: "POST", body, headers: { cookie, ...rebound } });
    await wanted(breaches, `${path} of a rebound name`, [421], named);
    await wanted(breaches, `GET ${path}`, [404], admin.get(path));
  }
  return breaches;
}

/** With a right session and token, by a user who may not. `may`: what this one may. */
export async function overreach(
  routes: readonly Route[],
  visitor: Visitor,
  may: readonly string[],
  fields: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const breaches: string[] = [];
  const token = await visitor.tokenOf("/help");
  for (const path of changing(routes))
    if (!may.includes(path))
      await wanted(breaches, path, [403], visitor.post(path, { ...fields, token }));
  return breaches;
}

/** Addresses that a redirect must not lead to, and lines that must not get into a head. */
const astray = [
  "//evil.example/",
  "/\\evil.example",
  "https://evil.example/",
  "javascript:x",
  "\\\\evil.example",
  "/%0d%0aset-cookie:%20x=1",
  "/x\r\nset-cookie: x=1",
  "/x\u2028",
  "/\t/evil.example",
  "/./\\evil",
];

/** Redirects and downloads with what an attacker may write into their head. */
export async function misdirect(admin: Visitor): Promise<readonly string[]> {
  const breaches: string[] = [];
  const token = await admin.tokenOf("/help");
  for (const to of astray) {
    const asked = [
      {
        path: `/login?${new URLSearchParams({ to })}`,
        answer: await admin.get(`/login?${new URLSearchParams({ to })}`),
      },
      { path: "/view", answer: await admin.post("/view", { to, every: "2" }) },
    ];
    for (const { path, answer } of asked) {
      const { location, headers } = answer;
      if (location === null || !/^\/(?![/\\])[\x21-\x7e]*$/.test(location))
        breaches.push(`${path} to ${JSON.stringify(to)} leads to ${location}`);
      if (headers.getSetCookie().some((line) => line.startsWith("x=")))
        breaches.push(`${path} to ${JSON.stringify(to)} sets a cookie`);
    }
    const file = await admin.post("/script/save", { token, server: to, format: to });
    const disposition = file.headers.get("content-disposition");
    if (disposition !== null && !/^attachment; filename="[\w.-]+"$/.test(disposition))
      breaches.push(`/script/save of ${JSON.stringify(to)}: ${disposition}`);
  }
  return breaches;
}
