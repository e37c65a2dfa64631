/** How answers are sent: pages, and pages in place of one that cannot be. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Html, html } from "../html.ts";
import type { PlainKey } from "../messages/messages.ts";
import type { Model, Panel } from "../panel.ts";
import { page } from "./layout.ts";
import type { ConsoleParts } from "./parts.ts";
import type { Visit } from "./visit.ts";

export interface Sent {
  readonly visit: Visit;
  readonly title: string;
  readonly content: Html;
  readonly status: number;
  readonly inside?: { readonly model: Model; readonly panel: Panel };
  /** The address to come back to; default this request's, without what a form sent. */
  readonly here?: string;
}

export function sendPage(
  { assets }: ConsoleParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { visit, title, content, status, inside, here }: Sent,
): FastifyReply {
  const document = page({
    say: visit.say,
    view: visit.view,
    assets: assets.paths,
    title,
    content,
    inside: inside ?? null,
    here: here ?? (request.method === "GET" ? request.url : "/"),
  });
  return reply.code(status).type("text/html; charset=utf-8").send(document.toString());
}

/** A page that says why there is none. */
export function sendWord(
  parts: ConsoleParts,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    visit,
    word,
    status,
  }: { readonly visit: Visit; readonly word: PlainKey; readonly status: number },
): FastifyReply {
  const title = visit.say(word);
  const content = html`<p><a href="/">lvsd</a></p>`;
  return sendPage(parts, request, reply, { visit, title, content, status, here: "/" });
}
