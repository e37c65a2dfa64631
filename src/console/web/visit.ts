/** Who asks: cookies, session, user, and the model that panels are rendered from. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { draftOf } from "../drafts/drafts.ts";
import { html } from "../html.ts";
import { type Say, sayIn } from "../messages/messages.ts";
import type { Model } from "../panel.ts";
import { panels } from "../panels.ts";
import type { Session } from "../users/sessions.ts";
import { mayDo, mayOpen, type User } from "../users/user.ts";
import type { Watched } from "../watch/watch.ts";
import type { ConsoleParts } from "./parts.ts";
import { type View, viewCookie, viewOf } from "./view.ts";

/** The field of a form that holds its token. */
export const tokenField = "token";

export interface Visit {
  readonly view: View;
  readonly say: Say;
  /** Null: nobody is logged in. */
  readonly inside: { readonly session: Session; readonly user: User } | null;
}

/** With TLS the browser holds the cookie to this host and to TLS (RFC 6265bis, section 4.1.3). */
export const sessionCookie = (tls: boolean): string =>
  tls ? "__Host-lvsd_session" : "lvsd_session";

/** What is known of a request whoever sent it. */
export function outside(request: FastifyRequest): Visit & { readonly inside: null } {
  const view = viewOf(request.cookies?.[viewCookie], request.headers["accept-language"]);
  return { view, say: sayIn(view.language), inside: null };
}

/** `touch`: a person asked for this, so the session is not idle. */
export function visitOf(parts: ConsoleParts, request: FastifyRequest, touch: boolean): Visit {
  const id = request.cookies[sessionCookie(parts.settings().tls !== null)];
  const userOf = (name: string): User | null => parts.users.find(name);
  return { ...outside(request), inside: parts.sessions.find(id, userOf, touch) };
}

export interface Asked {
  readonly visit: Visit;
  readonly inside: { readonly session: Session; readonly user: User };
  readonly query: URLSearchParams;
}

export function modelOf(parts: ConsoleParts, asked: Asked, watched: Watched): Model {
  const { session, user } = asked.inside;
  const client = parts.clientOf(user.name);
  return {
    say: asked.visit.say,
    language: asked.visit.view.language,
    every: asked.visit.view.every,
    user,
    session,
    watched,
    examination: parts.examination,
    query: asked.query,
    client,
    draft: draftOf(user.name, parts.drafts, client),
    users: parts.users,
    token: html`<input type="hidden" name="${tokenField}" value="${session.formToken}">`,
    panels: panels.filter(({ access }) => mayOpen(user, access)),
    note: (what) => parts.log("info", `${user.name} ${what}`),
    attempt: () => parts.attempts.take(`session of ${user.name}`, user.name) === null,
    may: (access, virtualServer = null) => mayDo(user, access, virtualServer),
  };
}

export const searchOf = (request: FastifyRequest): URLSearchParams => {
  const at = request.url.indexOf("?");
  return new URLSearchParams(at < 0 ? "" : request.url.slice(at + 1));
};

/** A cookie of this console: no script reads it, and no other site's page makes it go along. */
export function setCookie(
  reply: FastifyReply,
  name: string,
  value: string,
  { tls, seconds = null }: { readonly tls: boolean; readonly seconds?: number | null },
): void {
  reply.setCookie(name, value, {
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    secure: tls,
    ...(seconds === null ? {} : { maxAge: seconds }),
  });
}
