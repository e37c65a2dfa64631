/** The routes of every panel: its page, its forms, its stream of live parts. */
import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { problemElsewhere } from "../../keys/problem.ts";
import { MachineError } from "../../model/error.ts";
import { type Html, html } from "../html.ts";
import type { Acted, Model, Panel } from "../panel.ts";
import { panels } from "../panels.ts";
import { mayOpen } from "../users/user.ts";
import { sendPage, sendWord } from "./answers.ts";
import { isSame } from "./guard.ts";
import type { LiveHub } from "./live-hub.ts";
import type { ConsoleParts } from "./parts.ts";
import { problemList } from "./problems.ts";
import type { FormConfig } from "./uploads.ts";
import { modelOf, searchOf, tokenField, visitOf } from "./visit.ts";

/** A page of settings with all its fields. */
const formBytesUsual = 64 * 1024;

/**
 * Does what a form asks for; the same form once more, while that is under way, is a second click,
 * which has a part in what comes of the first one. Forms of other sessions have other tokens.
 */
function onceAtATime(): (form: string, work: () => Promise<Acted>) => Promise<Acted> {
  const underWay = new Map<string, Promise<Acted>>();
  return (form, work) => {
    const key = createHash("sha256").update(form).digest("base64url");
    const done = underWay.get(key) ?? work().finally(() => underWay.delete(key));
    underWay.set(key, done);
    return done;
  };
}

export function panelRoutes(app: FastifyInstance, parts: ConsoleParts, hub: LiveHub): void {
  const once = onceAtATime();
  for (const panel of panels) {
    app.get(panel.path, async (request, reply) => {
      const asked = await insideOf(parts, request, reply, panel);
      if (asked === null) return reply;
      return sendPanel(parts, request, reply, { ...asked, panel, content: null, status: 200 });
    });
    if (panel.live !== undefined)
      app.get(`${panel.path}/live`, (request, reply) => hub.open(panel, request, reply));
    for (const [name, act] of Object.entries(panel.actions ?? {}))
      app.post(
        `${panel.path}/${name}`,
        // Before the body is read: a stranger's is not.
        {
          bodyLimit: panel.formBytesMax ?? formBytesUsual,
          config: { takesFiles: panel.takesFiles ?? false } satisfies FormConfig,
          onRequest: async (request, reply) => {
            await insideOf(parts, request, reply, panel);
          },
        },
        async (request, reply) => {
          const asked = await insideOf(parts, request, reply, panel);
          if (asked === null) return reply;
          const form = request.body as URLSearchParams;
          const { visit, model } = asked;
          if (!isSame(form.get(tokenField), model.session.formToken)) {
            parts.log("warn", `a forged form from ${request.ip} in the name of ${model.user.name}`);
            return sendWord(parts, request, reply, { visit, word: "frame.forged", status: 403 });
          }
          const acted = await once(`${panel.path}/${name}?${form}`, async () => {
            try {
              return await act(model, form);
            } catch (thrown) {
              if (!(thrown instanceof MachineError)) throw thrown;
              const problems = [problemElsewhere(thrown.message)];
              return { kind: "refused", problems, to: panel.path };
            }
          });
          parts.watch.outdate();
          return sendActed(parts, request, reply, { ...asked, panel, acted });
        },
      );
  }
}

interface InsideVisit {
  readonly visit: ReturnType<typeof visitOf>;
  readonly model: Model;
}

/** Null where the answer has been sent: to the login, or that it is not allowed. */
async function insideOf(
  parts: ConsoleParts,
  request: FastifyRequest,
  reply: FastifyReply,
  panel: Panel,
): Promise<InsideVisit | null> {
  const visit = visitOf(parts, request, true);
  const { inside } = visit;
  if (inside === null) {
    const to = request.method === "GET" ? request.url : panel.path;
    reply.redirect(`/login?${new URLSearchParams({ to })}`, 303);
    return null;
  }
  if (!mayOpen(inside.user, panel.access)) {
    sendWord(parts, request, reply, { visit, word: "frame.forbidden", status: 403 });
    return null;
  }
  const watched = await parts.watch.fresh();
  return { visit, model: modelOf(parts, { visit, inside, query: searchOf(request) }, watched) };
}

interface PanelPage extends InsideVisit {
  readonly panel: Panel;
  /** Null: what the panel renders. */
  readonly content: Html | null;
  readonly status: number;
}

/** The panel, or why the daemon did not answer it. */
async function rendered(panel: Panel, model: Model): Promise<Html> {
  try {
    return await panel.render(model);
  } catch (thrown) {
    if (!(thrown instanceof MachineError)) throw thrown;
    return problemList([problemElsewhere(thrown.message)]);
  }
}

async function sendPanel(
  parts: ConsoleParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { visit, model, panel, content, status }: PanelPage,
): Promise<FastifyReply> {
  return sendPage(parts, request, reply, {
    visit,
    status,
    title: visit.say(panel.title),
    inside: { model, panel },
    content: content ?? (await rendered(panel, model)),
    here: request.method === "GET" ? request.url : panel.path,
  });
}

async function sendActed(
  parts: ConsoleParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { acted, ...asked }: InsideVisit & { readonly panel: Panel; readonly acted: Acted },
): Promise<FastifyReply> {
  const { visit, model, panel } = asked;
  switch (acted.kind) {
    case "done":
      if (acted.text !== "") model.session.notices = [{ kind: "done", text: acted.text }];
      return reply.redirect(acted.to, 303);
    case "refused": {
      const at = acted.to.indexOf("?");
      const query = new URLSearchParams(at < 0 ? "" : acted.to.slice(at));
      const content = html`<section class="banner bad" role="alert">
<h2>${visit.say("frame.refused")}</h2>${problemList(acted.problems)}</section>
${await rendered(panel, { ...model, query })}`;
      return sendPanel(parts, request, reply, { ...asked, content, status: 409 });
    }
    case "again":
      return sendPanel(parts, request, reply, { ...asked, content: acted.content, status: 422 });
    case "shown":
      return sendPanel(parts, request, reply, { ...asked, content: acted.content, status: 200 });
    case "forbidden":
      return sendWord(parts, request, reply, { visit, word: "frame.forbidden", status: 403 });
    case "file":
      return reply
        .header(
          "content-disposition",
          `attachment; filename="${acted.name.replaceAll(/[^\w.-]/g, "_")}"`,
        )
        .type("text/plain; charset=utf-8")
        .send(acted.text);
    default:
      return acted satisfies never;
  }
}
