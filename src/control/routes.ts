/**
 * What each request of the control interface asks of the daemon, and the answer's status and body.
 *
 * Knows routes and bodies; does not know sockets, limits or time. `GET /v1/events` is answered by
 * followers.ts, since its answer does not end.
 */
import { type Problem, problemElsewhere } from "../keys/problem.ts";
import { printableLines } from "../model/printable.ts";
import {
  type Controlled,
  configBodyBytesMax,
  type RefusalBody,
  type RequestRefusal,
  requestBytesMax,
} from "./api.ts";
import { metricsText } from "./metrics.ts";

/** A request after its body has been read. */
export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

export interface ControlReply {
  readonly status: number;
  readonly type: "json" | "metrics";
  readonly text: string;
  /** Set where the request itself was at fault, to be counted. */
  readonly refused: RequestRefusal | null;
}

type Route = (controlled: Controlled, request: ControlRequest) => Promise<ControlReply>;

/** The path whose answer is a stream. */
export const eventsPath = "/v1/events";

const routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  "/v1/status": { GET: async (controlled) => json(200, await controlled.status(), asItIs) },
  "/v1/config": {
    GET: async (controlled) => json(200, await configReport(controlled)),
    // The body is the configuration itself; what goes with it stands in the query.
    PUT: async (controlled, request) =>
      options({ ...request, body: "" }, ["yes"], (given) =>
        controlled.save(request.body, given.has("yes")),
      ),
  },
  "/v1/config/history": { GET: async (controlled) => json(200, controlled.history()) },
  "/v1/config/past": {
    GET: async (controlled, request) => {
      const back = backOf(request);
      if (back === null) return refusal(400, "bad-json", backWanted);
      const past = controlled.past(back);
      return past === null ? json(409, noPast(back)) : json(200, past);
    },
  },
  "/v1/config/rollback": {
    POST: async (controlled, request) => {
      const back = backOf(request);
      if (back === null) return refusal(400, "bad-json", backWanted);
      const query = new URLSearchParams(request.query);
      query.delete("back");
      return options({ ...request, query }, ["yes"], (given) =>
        controlled.rollback(back, given.has("yes")),
      );
    },
  },
  "/v1/sync": {
    POST: async (controlled, request) =>
      options(request, ["yes"], (given) => controlled.sync(given.has("yes"))),
  },
  "/v1/plan": {
    POST: async (controlled, request) => options(request, [], () => controlled.plan()),
  },
  "/v1/reload": {
    POST: async (controlled, request) =>
      options(request, ["yes"], (given) => controlled.reload(given.has("yes"))),
  },
  "/v1/switchover": {
    POST: async (controlled, request) => options(request, [], () => controlled.switchover()),
  },
  "/v1/restart": {
    POST: async (controlled, request) => options(request, [], () => controlled.restart()),
  },
  "/metrics": {
    GET: async (controlled) => ({
      status: 200,
      type: "metrics",
      text: metricsText(await controlled.status()),
      refused: null,
    }),
  },
};

/** How many replacements ago: `back` of the query, one where it is left out; null: no number. */
function backOf({ query }: ControlRequest): number | null {
  const back = query.get("back") ?? "1";
  return /^[1-9]\d{0,3}$/.test(back) ? Number(back) : null;
}

const backWanted = "back must be a number from 1";

const noPast = (back: number): RefusalBody => ({
  ok: false,
  problems: [
    problemElsewhere(`the history does not reach ${back} back`, "lvsd config history lists it"),
  ],
});

/** The methods that a path answers to; null for a path that does not exist. */
export function methodsOf(path: string): readonly string[] | null {
  if (path === eventsPath) return ["GET"];
  return Object.hasOwn(routes, path) ? Object.keys(routes[path] ?? {}) : null;
}

/** How many bytes of body a request may have. */
export const bodyBytesMax = (method: string, path: string): number =>
  method === "PUT" && path === "/v1/config" ? configBodyBytesMax : requestBytesMax;

/** Answers a request whose path and method exist. */
export async function answer(
  controlled: Controlled,
  request: ControlRequest,
): Promise<ControlReply> {
  const route = routes[request.path]?.[request.method];
  if (route === undefined)
    return refusal(404, "no-such-route", `${request.method} ${request.path} does not exist`);
  return route(controlled, request);
}

/** A refusal that counts. */
export const refusal = (status: number, reason: RequestRefusal, message: string): ControlReply => ({
  ...json(status, { ok: false, problems: [problemElsewhere(message)] } satisfies RefusalBody),
  refused: reason,
});

/** A failure on our side of the socket. */
export const failure = (message: string): ControlReply =>
  json(500, { ok: false, problems: [problemElsewhere(message)] } satisfies RefusalBody);

/** A status of 20 MB is not looked through for hidden characters: its texts were, one by one. */
const asItIs = (text: string): string => text;

const json = (
  status: number,
  body: object,
  shown: (text: string) => string = printableLines,
): ControlReply => ({
  status,
  type: "json",
  text: `${shown(JSON.stringify(body))}\n`,
  refused: null,
});

async function configReport(controlled: Controlled): Promise<object> {
  const { path, serial, hash } = (await controlled.status()).config;
  return { path, serial, hash, text: controlled.configText() };
}

/** What a `Controlled` method answers: a report, or a refusal with whose turn it is. */
type Result =
  | { readonly ok: true }
  | { readonly ok: false; readonly fault: "text" | "now"; readonly problems: readonly Problem[] };

/** Reads the options of a request, which may stand in the query or in a JSON body, then acts. */
async function options(
  request: ControlRequest,
  known: readonly string[],
  act: (given: ReadonlySet<string>) => Promise<Result>,
): Promise<ControlReply> {
  const given = readOptions(request, known);
  if (typeof given === "string") return refusal(400, "bad-json", given);
  const result = await act(given);
  if (result.ok) return json(200, result);
  const body: RefusalBody = { ok: false, problems: result.problems };
  return json(result.fault === "text" ? 422 : 409, body);
}

/** The options that are true, or what is wrong with them. */
function readOptions(
  request: ControlRequest,
  known: readonly string[],
): ReadonlySet<string> | string {
  const body = bodyObject(request.body);
  if (typeof body === "string") return body;
  const pairs: [string, unknown][] = [
    ...[...request.query].map(([key, value]): [string, unknown] => [key, wordOf(value)]),
    ...Object.entries(body),
  ];
  const given = new Set<string>();
  for (const [key, value] of pairs) {
    if (!known.includes(key))
      return `${request.path} takes no option ${JSON.stringify(key.slice(0, 40))}`;
    if (typeof value !== "boolean") return `${key} must be true or false`;
    if (value) given.add(key);
  }
  return given;
}

const wordOf = (text: string): unknown =>
  text === "true" ? true : text === "false" ? false : text;

function bodyObject(text: string): object | string {
  if (text.trim() === "") return {};
  try {
    const body: unknown = JSON.parse(text);
    const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
    return isObject ? body : "the body must be a JSON object";
  } catch (error) {
    return `the body is no JSON: ${error instanceof Error ? error.message.slice(0, 120) : ""}`;
  }
}
