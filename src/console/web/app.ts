/**
 * The console's web server: limits, guards, routes. Made anew where address, port or TLS change;
 * the allow-list is looked at with each request.
 */
import cookie from "@fastify/cookie";
import rateLimit from "@fastify/rate-limit";
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerOptions,
} from "fastify";
import { messageOf } from "../../model/error.ts";
import { networkOf } from "../users/attempts.ts";
import { sendWord } from "./answers.ts";
import { boundConnections } from "./connections.ts";
import { isAllowed, isOwnName, isOwnOrigin, protect } from "./guard.ts";
import { LiveHub } from "./live-hub.ts";
import { loginRoutes } from "./login-routes.ts";
import { panelRoutes } from "./panel-routes.ts";
import type { ConsoleParts } from "./parts.ts";
import { BadForm, type FormConfig, readUpload } from "./uploads.ts";
import { outside } from "./visit.ts";

/** The head and the body of a request have arrived by then, or its connection is closed. */
const requestMsMax = 15_000;
/** How often that is looked at. */
const lookMs = 2000;
const keepAliveMs = 10_000;
/**
 * On a connection on which nothing moves, an answer that its reader does not take, it ends after so
 * many times what a request may take to arrive. Streams say every few seconds that they are alive.
 */
const stalledFactor = 8;
/** Of one connection: whoever sends all of them at once waits for no more answers than these. */
const requestsOfConnectionMax = 100;
/** Login forms and the like; a panel may say more. */
const bodyBytesMax = 16 * 1024;
/** Requests of one address a minute, all pages and files together. */
const requestsPerMinute = 1200;

export interface ConsoleApp {
  readonly app: FastifyInstance;
  readonly hub: LiveHub;
}

export interface AppOptions {
  /** The certificate and its key, PEM; null: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Milliseconds of a clock that goes forward. */
  readonly now: () => number;
  /** How long a request may take to arrive, in ms; tests shorten it. */
  readonly requestMs?: number | undefined;
}

export async function consoleApp(
  parts: ConsoleParts,
  { tls, now, requestMs = requestMsMax }: AppOptions,
): Promise<ConsoleApp> {
  const limits = {
    bodyLimit: bodyBytesMax,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    connectionTimeout: requestMs * stalledFactor,
    maxRequestsPerSocket: requestsOfConnectionMax,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  };
  const server = {
    headersTimeout: requestMs,
    connectionsCheckingInterval: Math.min(lookMs, requestMs / 4),
  };
  // Fastify's types part HTTP from HTTPS, whose requests and answers are the same here.
  const app = fastify({
    ...limits,
    ...(tls === null ? { http: server } : { https: { ...server, ...tls } }),
  } as FastifyServerOptions) as FastifyInstance;
  boundConnections(app.server, (address) => isAllowed(address, parts.settings().allow));
  const hub = new LiveHub(parts, now);
  app.addHook("onClose", () => hub.close());
  app.addHook("preClose", () => hub.close());
  takeFormsOnly(app);
  await app.register(cookie);
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: "1 minute",
    keyGenerator: (request) => networkOf(request.ip),
  });
  guardRequests(app, parts, tls !== null);
  answerFaults(app, parts);
  serveAssets(app, parts);
  loginRoutes(app, parts);
  panelRoutes(app, parts, hub);
  return { app, hub };
}

/** A body is a form or nothing. */
function takeFormsOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  app.addContentTypeParser("multipart/form-data", async (request: FastifyRequest) => {
    const { bodyLimit, config } = request.routeOptions;
    if (!(config as FormConfig).takesFiles) throw new BadForm(415, "this form takes no files");
    return readUpload(request.raw, bodyLimit);
  });
}

function guardRequests(app: FastifyInstance, parts: ConsoleParts, tls: boolean): void {
  app.addHook("onRequest", async (request, reply) => {
    protect(reply, tls);
    if (!isAllowed(request.ip, parts.settings().allow)) {
      const word = "console.allow of the configuration does not name your address";
      return reply.code(403).type("text/plain; charset=utf-8").send(`${word}: ${request.ip}\n`);
    }
    if (request.method === "POST" && !isOwnOrigin(request)) {
      parts.log("warn", `a form of another site from ${request.ip}`);
      const visit = outside(request);
      return sendWord(parts, request, reply, { visit, word: "frame.forged", status: 403 });
    }
    if (request.method === "POST" && !isOwnName(request, tls)) {
      const visit = outside(request);
      return sendWord(parts, request, reply, { visit, word: "frame.foreign-name", status: 421 });
    }
    return undefined;
  });
  app.addHook("preHandler", async (request) => {
    if (request.method === "POST" && !(request.body instanceof URLSearchParams))
      request.body = new URLSearchParams();
  });
}

function answerFaults(app: FastifyInstance, parts: ConsoleParts): void {
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => {
    const visit = outside(request);
    return sendWord(parts, request, reply, { visit, word: "frame.not-found", status: 404 });
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    const words = { 413: "frame.too-large", 429: "frame.too-many" } as const;
    const word = words[status as keyof typeof words] ?? "frame.failed";
    if (status >= 500) parts.log("error", `${request.method} ${request.url}: ${messageOf(error)}`);
    if (status >= 400 && status < 500 && !(status in words))
      return reply.code(status).type("text/plain; charset=utf-8").send(`${error.message}\n`);
    // What fails may be the reading of the users: this answer does without.
    return sendWord(parts, request, reply, { visit: outside(request), word, status });
  });
}

function serveAssets(app: FastifyInstance, { assets }: ConsoleParts): void {
  for (const [path, { type, bytes }] of assets.byPath)
    app.get(path, (_request, reply) =>
      reply.header("cache-control", "public, max-age=31536000, immutable").type(type).send(bytes),
    );
}
