/**
 * The other end of the control socket: what the command line and the console say to the daemon.
 *
 * Knows routes and bodies through api.ts; every request has one deadline over everything.
 * Invariant: what comes back is a report, a refusal with its problems, or a MachineError that
 * says what to do; nothing is kept open after an answer.
 */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { createParser } from "eventsource-parser";
import { type Problem, problemElsewhere } from "../keys/problem.ts";
import { operatorsGroup } from "../model/account.ts";
import { MachineError } from "../model/error.ts";
import type { LvsdEvent } from "../model/event.ts";
import { startsInstalled } from "../model/version.ts";
import { byHeader, historyOverComment, type Refusal } from "./api.ts";
import type { RequestDeclaration } from "./request.ts";
import { type Asking, requests } from "./requests.ts";

/** Longest wait for all remembered events. */
const eventsMsMax = 120_000;

/** A status of 50,000 real servers has about 20 MB; beyond this it is not our daemon. */
const answerBytesMax = 64 * 1024 * 1024;

/** Larger than any event: the problems of a refused reload are the longest. */
const eventBytesMax = 4 * 1024 * 1024;

export interface ControlClient extends Asking {
  /** The events that the daemon remembers, oldest first. */
  history(): Promise<readonly LvsdEvent[]>;
  /**
   * All remembered events as the first batch, then what happens as it happens; ends when the daemon
   * does or `signal` aborts.
   */
  follow(signal: AbortSignal): AsyncIterable<readonly LvsdEvent[]>;
}

/**
 * A client of the daemon that listens at `socketPath`; `by`: the user in whose name it asks, where
 * that is none of the machine's. Its methods throw MachineError, UnknownRequest among them.
 */
export function controlClient(socketPath: string, by: string | null = null): ControlClient {
  const asked = Object.entries(requests).map(([name, type]) => [
    name,
    (given: Readonly<Record<string, unknown>> = {}) => askFor(socketPath, by, type, given),
  ]);
  return {
    // One method for each declaration, with its types.
    ...(Object.fromEntries(asked) as unknown as Asking),
    history: async () => {
      const events: LvsdEvent[] = [];
      const signal = AbortSignal.timeout(eventsMsMax);
      for await (const batch of eventStream(socketPath, "/v1/events?follow=false", signal))
        events.push(...batch);
      if (signal.aborted) throw new MachineError(slow(socketPath, eventsMsMax));
      return events;
    },
    follow: (signal) => eventStream(socketPath, "/v1/events", signal),
  };
}

async function askFor(
  socketPath: string,
  by: string | null,
  { declared, refuses }: { readonly declared: RequestDeclaration; readonly refuses: boolean },
  given: Readonly<Record<string, unknown>>,
): Promise<object> {
  const { method, msMax, options = {}, takesText } = declared;
  const named = declared.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(given[name])),
  );
  const chosen = Object.keys(options).filter((name) => (given[name] ?? null) !== null);
  const inQuery = method === "GET" || takesText === true;
  const query = new URLSearchParams(
    inQuery ? chosen.map((name): [string, string] => [name, String(given[name])]) : [],
  );
  const path = query.size === 0 ? named : `${named}?${query}`;
  const inBody = Object.fromEntries(chosen.map((name) => [name, given[name]]));
  const body = takesText === true ? String(given.text) : inQuery ? null : inBody;
  const answer = await exchange(socketPath, { method, path, body, msMax, by });
  if (isUnknown(answer)) throw unknownThere(socketPath, `${method} ${path}`);
  if (refuses) return result(answer);
  if (answer.status !== 200) throw new MachineError(firstProblem(answer));
  return answer.body;
}

/** Names in a path that are not configured are refused in another way. */
const isUnknown = ({ status }: Answer): boolean => status === 404 || status === 405;

/** The daemon is of a version that has no such request. */
export class UnknownRequest extends MachineError {}

const unknownThere = (socketPath: string, what: string): UnknownRequest =>
  new UnknownRequest(
    `the daemon at ${socketPath} does not know ${what}: it is of another version; ${startsInstalled}`,
  );

interface Ask {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  /** A text goes as it stands, an object as JSON. */
  readonly body: object | string | null;
  readonly msMax: number;
  readonly by: string | null;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** One request and its whole answer. */
async function exchange(socketPath: string, ask: Ask): Promise<Answer> {
  const signal = AbortSignal.timeout(ask.msMax);
  try {
    const response = await open(socketPath, ask, signal);
    return { status: response.statusCode ?? 0, body: bodyOf(await readText(response)) };
  } catch (error) {
    if (signal.aborted) throw new MachineError(slow(socketPath, ask.msMax));
    throw unreachable(socketPath, error);
  }
}

/** Sends a request; resolves with the head of the answer. */
function open(
  socketPath: string,
  { method, path, body, by }: Omit<Ask, "msMax">,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = typeof body === "string" ? body : body === null ? "" : JSON.stringify(body);
    const headers = {
      connection: "close",
      "content-length": Buffer.byteLength(text),
      ...(by === null ? {} : { [byHeader]: by }),
    };
    const sent: ClientRequest = httpRequest(
      { socketPath, method, path, headers, signal, agent: false },
      resolve,
    );
    sent.on("error", reject);
    sent.end(text);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error(`the answer exceeds ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function bodyOf(text: string): object {
  const body: unknown = JSON.parse(text);
  if (typeof body === "object" && body !== null) return body;
  throw new Error("the answer is no JSON object");
}

/** A report of work, or how it was refused. */
function result({ status, body }: Answer): object {
  if (status === 200) return body;
  const fault = status === 422 ? "text" : "now";
  return { ok: false, fault, problems: problemsOf({ status, body }) } satisfies Refusal;
}

function problemsOf({ status, body }: Answer): readonly Problem[] {
  const problems = (body as { problems?: unknown }).problems;
  if (Array.isArray(problems) && problems.length > 0) return problems as Problem[];
  return [problemElsewhere(`the daemon refused without a reason, HTTP status ${status}`)];
}

const firstProblem = (answer: Answer): string =>
  problemsOf(answer)[0]?.message ?? `HTTP status ${answer.status}`;

async function* eventStream(
  socketPath: string,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<readonly LvsdEvent[]> {
  const response = await open(
    socketPath,
    { method: "GET", path, body: null, by: null },
    signal,
  ).catch((error: unknown) => {
    throw unreachable(socketPath, error);
  });
  if (response.statusCode !== 200) {
    const answer = { status: response.statusCode ?? 0, body: bodyOf(await readText(response)) };
    if (isUnknown(answer)) throw unknownThere(socketPath, `GET ${path}`);
    throw new MachineError(firstProblem(answer));
  }
  const arrived: LvsdEvent[] = [];
  let historyOver = false;
  const parser = createParser({
    maxBufferSize: eventBytesMax,
    onEvent: ({ data }) => arrived.push(JSON.parse(data) as LvsdEvent),
    onComment: (comment) => {
      historyOver ||= comment.trim() === historyOverComment;
    },
    onError: (error) => {
      throw new MachineError(`the daemon sent no event: ${error.message}`);
    },
  });
  response.setEncoding("utf8");
  try {
    for await (const text of response as AsyncIterable<string>) {
      parser.feed(text);
      if (historyOver) yield arrived.splice(0);
    }
    yield arrived;
  } catch (error) {
    // A daemon that ends without a word ends the stream; so does the caller.
    if (!signal.aborted && (error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
  }
}

const slow = (socketPath: string, msMax: number): string =>
  `the daemon at ${socketPath} did not answer within ${msMax / 1000} s`;

function unreachable(socketPath: string, error: unknown): MachineError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM")
    return new MachineError(
      `${socketPath} may not be used: permission denied; root and members of the group ` +
        `${operatorsGroup} may`,
    );
  const reason = code === undefined ? message : (reasons[code] ?? message);
  return new MachineError(
    `no daemon answers at ${socketPath}: ${reason}; is it running? systemctl status lvsd`,
  );
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such socket",
  ECONNREFUSED: "nobody listens on it",
  ECONNRESET: "it closed the connection",
  ENOTSOCK: "it is no socket",
};
