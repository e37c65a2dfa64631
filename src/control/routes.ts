/**
 * From an HTTP request to the daemon's method and back: paths, options, status codes.
 *
 * Knows what requests.ts declares; does not know sockets, limits or time. `GET /v1/events` is
 * answered by followers.ts, since its answer does not end.
 */
import { problemElsewhere } from "../keys/problem.ts";
import { printableLines } from "../model/printable.ts";
import {
  configBodyBytesMax,
  type Refusal,
  type RefusalBody,
  type RequestRefusal,
  requestBytesMax,
} from "./api.ts";
import { metricsText } from "./metrics.ts";
import { jsonInPieces } from "./reports/in-pieces.ts";
import type { OptionKind, OptionKinds, RequestDeclaration } from "./request.ts";
import { type Asked, type Controlled, type RequestName, requests } from "./requests.ts";

/** A request after its body has been read. */
export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  /** Who asks, for people: a user of the console, or the machine's user. */
  readonly by: string;
}

export interface ControlReply {
  readonly status: number;
  readonly type: "json" | "metrics";
  readonly text: string;
  /** Set where the request itself was at fault, to be counted. */
  readonly refused: RequestRefusal | null;
}

/** The path whose answer is a stream. */
export const eventsPath = "/v1/events";
/** The path whose answer is no JSON. */
const metricsPath = "/metrics";

interface Route {
  readonly name: RequestName;
  readonly declared: RequestDeclaration;
  readonly pattern: RegExp;
}

/** A name of the configuration, as it stands in a path. */
const nameInPath = "([^/]{1,200})";

const routes: readonly Route[] = Object.entries(requests).map(([name, { declared }]) => ({
  name: name as RequestName,
  declared,
  pattern: new RegExp(`^${declared.path.replaceAll(/\{\w+\}/g, nameInPath)}$`),
}));

const routesAt = (path: string): readonly Route[] =>
  routes.filter(({ pattern }) => pattern.test(path));

/** The methods that a path answers to; null for a path that does not exist. */
export function methodsOf(path: string): readonly string[] | null {
  if (path === eventsPath || path === metricsPath) return ["GET"];
  const found = routesAt(path);
  return found.length === 0 ? null : found.map(({ declared }) => declared.method);
}

/** How many bytes of body a request may have. */
export const bodyBytesMax = (method: string, path: string): number =>
  routesAt(path).some(({ declared }) => declared.method === method && declared.takesText === true)
    ? configBodyBytesMax
    : requestBytesMax;

/** Answers a request whose path and method exist. */
export async function answer(
  controlled: Controlled,
  request: ControlRequest,
): Promise<ControlReply> {
  const { method, path } = request;
  if (path === metricsPath)
    return {
      status: 200,
      type: "metrics",
      refused: null,
      text: await metricsText(await controlled.status({})),
    };
  const route = routesAt(path).find(({ declared }) => declared.method === method);
  if (route === undefined) return refusal(404, "no-such-route", `${method} ${path} does not exist`);
  const given = givenOf(route, request);
  if (typeof given === "string") return refusal(400, "bad-json", given);
  // Its type is that of the declaration which it was read by.
  const ask = controlled[route.name] as (given: object) => Promise<object>;
  const result = await ask.call(controlled, given);
  // What is never refused may say `ok` of something else: findings do.
  const refusedWith = requests[route.name].refuses && isRefusal(result) ? result : null;
  if (route.declared.access !== "read") controlled.asked(askedOf(route, request, result));
  if (refusedWith !== null)
    return json(refusedWith.fault === "text" ? 422 : 409, {
      ok: false,
      problems: refusedWith.problems,
    } satisfies RefusalBody);
  if (!isLong.has(route.name)) return json(200, result);
  // What may have 20 MB is not looked through for hidden characters: its texts were, one by one.
  const text = `${await jsonInPieces(result)}\n`;
  return { status: 200, type: "json", text, refused: null };
}

/** What was asked for, about what, and what came of it. */
function askedOf({ declared, name }: Route, { by, path }: ControlRequest, result: object): Asked {
  const fixed = declared.path.split("/");
  const names = path.split("/").filter((word, at) => fixed[at]?.startsWith("{") && word !== "");
  const what = [name, ...names.map((word) => nameOf(word) ?? "")].join(" ");
  const why = isRefusal(result) ? (result.problems[0]?.message ?? "refused") : null;
  return { by, what, why };
}

const isRefusal = (result: object): result is Refusal => "ok" in result && result.ok === false;

/** A refusal that counts. */
export const refusal = (status: number, reason: RequestRefusal, message: string): ControlReply => ({
  ...json(status, { ok: false, problems: [problemElsewhere(message)] } satisfies RefusalBody),
  refused: reason,
});

/** A failure on our side of the socket. */
export const failure = (message: string): ControlReply =>
  json(500, { ok: false, problems: [problemElsewhere(message)] } satisfies RefusalBody);

/** Answers that grow with the number of real servers; of rates all texts are addresses. */
const isLong: ReadonlySet<RequestName> = new Set([
  ...(["status", "statusChanges", "rates"] as const),
]);

const json = (status: number, body: object): ControlReply => ({
  status,
  type: "json",
  text: `${printableLines(JSON.stringify(body))}\n`,
  refused: null,
});

/** What the request gives, by the names of its declaration; or what is wrong with it. */
function givenOf({ declared, pattern }: Route, request: ControlRequest): object | string {
  const { takesText, options = {} } = declared;
  const body = takesText === true ? {} : bodyObject(request.body);
  if (typeof body === "string") return body;
  const names = [...declared.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const given: Record<string, unknown> = {};
  for (const [at, value] of (pattern.exec(request.path) ?? []).slice(1).entries()) {
    const name = nameOf(value);
    if (name === null) return `${request.path.slice(0, 80)} is no path`;
    given[names[at] ?? ""] = name;
  }
  for (const [option, kind] of Object.entries(options)) given[option] = absent[kind];
  for (const [option, value] of [...request.query, ...Object.entries(body)]) {
    const kind = Object.hasOwn(options, option) ? options[option] : undefined;
    if (kind === undefined)
      return `${request.path.slice(0, 80)} takes no option ${JSON.stringify(option.slice(0, 40))}`;
    const read = readOption[kind](value);
    if (read === undefined) return `${option} must be ${kindWords[kind]}`;
    given[option] = read;
  }
  return takesText === true ? { ...given, text: request.body } : given;
}

const absent: { readonly [Kind in OptionKind]: OptionKinds[Kind] } = {
  flag: false,
  count: 1,
  ms: null,
  text: null,
};

const kindWords: Readonly<Record<OptionKind, string>> = {
  flag: "true or false",
  count: "a number from 1",
  ms: "a whole number of milliseconds",
  text: "a text",
};

/** Undefined: it is none. Values of a query are text. */
const readOption: Readonly<Record<OptionKind, (value: unknown) => unknown>> = {
  flag: (value) =>
    value === true || value === "true"
      ? true
      : value === false || value === "false"
        ? false
        : undefined,
  count: (value) => (/^[1-9]\d{0,3}$/.test(String(value)) ? Number(value) : undefined),
  ms: (value) => (/^\d{1,9}$/.test(String(value)) ? Number(value) : undefined),
  text: (value) => (typeof value === "string" && value.length <= 4096 ? value : undefined),
};

function nameOf(written: string): string | null {
  try {
    return decodeURIComponent(written);
  } catch {
    return null;
  }
}

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
