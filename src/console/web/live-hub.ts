/**
 * The live parts of pages as server-sent events (WHATWG HTML, section 9.2): what changed, to those
 * who look at it. Browsers that show the same to the same user share one rendering.
 *
 * Invariant: a stream ends with its session; one that is not read is dropped, and so is the oldest
 * of a session that opens too many. A look at a page by itself does not keep a session alive.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { html } from "../html.ts";
import type { Panel } from "../panel.ts";
import type { Session } from "../users/sessions.ts";
import { mayOpen } from "../users/user.ts";
import { bannersOf } from "./banners.ts";
import { isAllowed } from "./guard.ts";
import type { ConsoleParts } from "./parts.ts";
import { modelOf, searchOf, type Visit, visitOf } from "./visit.ts";

/** All browsers together. */
const streamsMax = 200;
/** Windows of one session. */
const streamsOfSessionMax = 8;
/** What may wait for one browser: a few whole pages. */
const waitingBytesMax = 2 * 1024 * 1024;
/** A stream on which nothing happens shows this often that it is alive. */
const aliveMs = 15_000;
/** Between two looks at whether the sessions are still there, and at what changed. */
const tickMs = 250;

interface Stream {
  readonly view: SharedView;
  readonly session: Session;
  readonly reply: FastifyReply;
  readonly request: FastifyRequest;
  readonly everyMs: number;
  /** Null: everything is to be sent. */
  sent: ReadonlyMap<string, string> | null;
  sentAt: number;
  wroteAt: number;
}

/** What all browsers with this key show. */
interface SharedView {
  readonly key: string;
  readonly panel: Panel;
  readonly visit: Visit & { readonly inside: NonNullable<Visit["inside"]> };
  readonly query: URLSearchParams;
  parts: ReadonlyMap<string, string>;
  /** The number of the change that `parts` show. */
  version: number;
}

export class LiveHub {
  readonly #parts: ConsoleParts;
  readonly #now: () => number;
  readonly #streams = new Set<Stream>();
  readonly #views = new Map<string, SharedView>();
  #version = 0;
  /** By which the streams were looked at last. */
  #allow: readonly string[] | null = null;
  #timer: NodeJS.Timeout | null = null;
  #unfollow: (() => void) | null = null;

  constructor(parts: ConsoleParts, now: () => number) {
    this.#parts = parts;
    this.#now = now;
  }

  get count(): number {
    return this.#streams.size;
  }

  open(panel: Panel, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const visit = visitOf(this.#parts, request, false);
    const { inside } = visit;
    if (inside === null || !mayOpen(inside.user, panel.access)) return reply.code(403).send("");
    if (visit.view.every === null) return reply.code(204).send();
    if (this.#streams.size >= streamsMax) this.#makeRoom();
    const ofSession = [...this.#streams].filter(({ session }) => session === inside.session);
    if (ofSession.length >= streamsOfSessionMax && ofSession[0] !== undefined)
      this.#end(ofSession[0]);
    const view = this.#viewOf(panel, { ...visit, inside }, searchOf(request));
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      "content-type": "text/event-stream; charset=utf-8",
    });
    const stream: Stream = {
      view,
      request,
      reply,
      session: inside.session,
      sent: null,
      everyMs: visit.view.every * 1000,
      sentAt: Number.NEGATIVE_INFINITY,
      wroteAt: 0,
    };
    this.#streams.add(stream);
    request.raw.socket.once("close", () => this.#end(stream));
    this.#unfollow ??= this.#parts.watch.follow(() => {
      this.#version += 1;
    });
    this.#timer ??= setInterval(() => this.#tick(), tickMs);
    this.#serve(stream);
    return reply;
  }

  /** Ends every stream. */
  close(): void {
    for (const stream of [...this.#streams]) this.#end(stream);
  }

  #tick(): void {
    const { allow } = this.#parts.settings();
    if (allow !== this.#allow) {
      this.#allow = allow;
      for (const stream of [...this.#streams])
        if (!isAllowed(stream.request.ip, allow)) this.#end(stream);
    }
    for (const stream of [...this.#streams]) this.#serve(stream);
  }

  /** Ends the oldest stream of the user who has most: nobody takes all of them. */
  #makeRoom(): void {
    const byUser = Map.groupBy(this.#streams, ({ session }) => session.user);
    const [most] = [...byUser.values()].sort((a, b) => b.length - a.length);
    if (most?.[0] !== undefined) this.#end(most[0]);
  }

  #serve(stream: Stream): void {
    const now = this.#now();
    const { inside } = visitOf(this.#parts, stream.request, false);
    if (inside === null) {
      stream.reply.raw.write("event: over\ndata: \n\n");
      this.#end(stream);
      return;
    }
    if (now - stream.sentAt >= stream.everyMs) this.#send(stream, now);
    if (now - stream.wroteAt >= aliveMs) this.#write(stream, ": alive\n\n", now);
  }

  #send(stream: Stream, now: number): void {
    this.#render(stream.view);
    const { parts } = stream.view;
    if (stream.sent === parts) return;
    const changed = [...parts].filter(([id, text]) => stream.sent?.get(id) !== text);
    stream.sent = parts;
    stream.sentAt = now;
    if (changed.length > 0)
      this.#write(stream, `data: ${JSON.stringify(Object.fromEntries(changed))}\n\n`, now);
  }

  /** Renders what has changed since the last time. */
  #render(view: SharedView): void {
    if (view.version === this.#version && view.parts.size > 0) return;
    const { visit, query, panel } = view;
    const { inside } = visit;
    const model = modelOf(this.#parts, { visit, inside, query }, this.#parts.watch.current);
    const parts = { banners: bannersOf(model), ...panel.live?.(model) };
    view.parts = new Map(Object.entries(parts).map(([id, part]) => [id, html`${part}`.toString()]));
    view.version = this.#version;
  }

  #write(stream: Stream, text: string, now: number): void {
    const { raw } = stream.reply;
    raw.write(text);
    stream.wroteAt = now;
    if (raw.writableLength <= waitingBytesMax) return;
    raw.destroy();
    this.#end(stream);
  }

  #viewOf(panel: Panel, visit: SharedView["visit"], query: URLSearchParams): SharedView {
    const { user, session } = visit.inside;
    const key = JSON.stringify([panel.path, query.toString(), visit.view.language, user]);
    const known = this.#views.get(key);
    // Live parts hold no token: what is shared by sessions must be the same for all of them.
    const shared = { user, session: { ...session, formToken: "" } };
    const view = known ?? {
      key,
      panel,
      query,
      parts: new Map(),
      version: -1,
      visit: { ...visit, inside: shared },
    };
    this.#views.set(key, view);
    return view;
  }

  #end(stream: Stream): void {
    if (!this.#streams.delete(stream)) return;
    stream.reply.raw.end();
    if (![...this.#streams].some(({ view }) => view === stream.view))
      this.#views.delete(stream.view.key);
    if (this.#streams.size > 0) return;
    this.#unfollow?.();
    this.#unfollow = null;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
