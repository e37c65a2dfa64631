/** Login, logout, and the choice of language and updates: what works without a session. */
import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { MachineError } from "../../model/error.ts";
import { html, nothing } from "../html.ts";
import type { Say } from "../messages/messages.ts";
import { firstPanel } from "../panels.ts";
import { hashOfNone, TooManyPasswords, verifyPassword } from "../users/password.ts";
import type { User } from "../users/user.ts";
import { sendPage } from "./answers.ts";
import { isSame, ownPath, signed } from "./guard.ts";
import type { ConsoleParts } from "./parts.ts";
import { viewCookie, viewText } from "./view.ts";
import { searchOf, sessionCookie, setCookie, tokenField, type Visit, visitOf } from "./visit.ts";

/** Holds the nonce of a login form. */
const loginCookie = "lvsd_login";
const yearSeconds = 365 * 86_400;
/** After which many who logged in at the same moment are through. */
const busySeconds = 3;

export function loginRoutes(app: FastifyInstance, parts: ConsoleParts): void {
  const tls = (): boolean => parts.settings().tls !== null;
  app.get("/", (_request, reply) => reply.redirect(firstPanel.path, 303));
  app.get("/login", (request, reply) => {
    const visit = visitOf(parts, request, false);
    const to = ownPath(searchOf(request).get("to"));
    if (visit.inside !== null) return reply.redirect(to, 303);
    return sendLogin(parts, request, reply, { visit, to, wrong: null, status: 200 });
  });
  app.post("/login", async (request, reply) => {
    const form = request.body as URLSearchParams;
    const visit = visitOf(parts, request, false);
    const to = ownPath(form.get("to"));
    const nonce = request.cookies[loginCookie] ?? "";
    const again = (wrong: string, status: number) =>
      sendLogin(parts, request, reply, { visit, to, wrong, status });
    if (!isSame(form.get(tokenField), signed(parts.secret, nonce)) || nonce === "")
      return again(visit.say("login.stale"), 403);
    const name = (form.get("user") ?? "").trim();
    const wait = parts.attempts.take(request.ip, name);
    if (wait !== null) {
      parts.log("warn", `login of ${JSON.stringify(name.slice(0, 40))} from ${request.ip} refused`);
      reply.header("retry-after", String(wait));
      return again(visit.say("login.wait", { seconds: wait }), 429);
    }
    const user = await rightUser(parts, name, form.get("password") ?? "");
    if (user instanceof MachineError) {
      parts.log("error", user.message);
      return again(visit.say("login.damaged"), 503);
    }
    if (user instanceof TooManyPasswords) {
      parts.attempts.giveBack(request.ip, name);
      reply.header("retry-after", String(busySeconds));
      return again(visit.say("login.busy"), 503);
    }
    if (user === null) {
      parts.log(
        "warn",
        `wrong password for ${JSON.stringify(name.slice(0, 40))} from ${request.ip}`,
      );
      return again(visit.say("login.wrong"), 403);
    }
    parts.attempts.succeeded(request.ip, name);
    parts.log("info", `${user.name} logged in from ${request.ip}`);
    // Whatever id the browser came with, the session has a new one.
    parts.sessions.end(request.cookies[sessionCookie(tls())]);
    setCookie(reply, sessionCookie(tls()), parts.sessions.begin(user), { tls: tls() });
    reply.clearCookie(loginCookie, { path: "/" });
    return reply.redirect(to, 303);
  });
  app.post("/logout", async (request, reply) => {
    const { inside } = visitOf(parts, request, true);
    const form = request.body as URLSearchParams;
    if (inside !== null && isSame(form.get(tokenField), inside.session.formToken))
      parts.sessions.end(request.cookies[sessionCookie(tls())]);
    reply.clearCookie(sessionCookie(tls()), { path: "/", secure: tls() });
    return reply.redirect("/login", 303);
  });
  app.post("/view", async (request, reply) => {
    const form = request.body as URLSearchParams;
    const { view } = visitOf(parts, request, true);
    setCookie(reply, viewCookie, viewText(view, form), { tls: tls(), seconds: yearSeconds });
    return reply.redirect(ownPath(form.get("to")), 303);
  });
}

/** The user with this password; null: wrong; an error: it was not looked at, and why. */
async function rightUser(
  parts: ConsoleParts,
  name: string,
  password: string,
): Promise<User | null | MachineError | TooManyPasswords> {
  try {
    const user = parts.users.find(name);
    // Who does not exist costs as much time as who does.
    const right = await verifyPassword(password, user?.password ?? hashOfNone());
    return right ? user : null;
  } catch (thrown) {
    if (thrown instanceof MachineError || thrown instanceof TooManyPasswords) return thrown;
    throw thrown;
  }
}

interface LoginPage {
  readonly visit: Visit;
  readonly to: string;
  readonly wrong: string | null;
  readonly status: number;
}

function sendLogin(
  parts: ConsoleParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { visit, to, wrong, status }: LoginPage,
): FastifyReply {
  const { say } = visit;
  const nonce = request.cookies[loginCookie] ?? randomBytes(16).toString("base64url");
  setCookie(reply, loginCookie, nonce.slice(0, 64), { tls: parts.settings().tls !== null });
  const token = signed(parts.secret, nonce.slice(0, 64));
  const content = html`
${hasNoUser(parts) ? html`<p class="notice warn" role="status">${say("login.no-user")}</p>` : nothing}
${wrong === null ? nothing : html`<p class="notice failed" role="alert" id="wrong">${wrong}</p>`}
${loginForm(say, token, to, wrong !== null)}
<p class="hint">${say("login.forgotten")}</p>`;
  const title = say("login.title");
  return sendPage(parts, request, reply, { visit, title, content, status });
}

function hasNoUser(parts: ConsoleParts): boolean {
  try {
    return parts.users.all().length === 0;
  } catch {
    return false;
  }
}

const loginForm = (say: Say, token: string, to: string, wrong: boolean) => {
  const described = wrong ? html` aria-describedby="wrong"` : nothing;
  return html`<form method="post" action="/login" class="fields">
<input type="hidden" name="${tokenField}" value="${token}">
<input type="hidden" name="to" value="${to}">
<label for="user">${say("login.user")}</label>
<input id="user" name="user" autocomplete="username" required maxlength="64"${described}>
<label for="password">${say("login.password")}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256"${described}>
<button class="main">${say("login.do")}</button>
</form>`;
};
