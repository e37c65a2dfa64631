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
import { MachineError } from "../model/error.ts";
import type { LvsdEvent } from "../model/event.ts";
import {
  type ConfigReport,
  type HistoryReport,
  historyOverComment,
  type PastReport,
  type PlanReport,
  type Refusal,
  type RestartReport,
  type SaveReport,
  type Status,
  type SwitchoverReport,
} from "./api.ts";

/** Longest wait for an answer that the daemon has ready. */
const reportMsMax = 5000;

/** Longest wait for work: reading a large configuration, one batch of a large table. */
const workMsMax = 120_000;

/** A status of 50,000 real servers has about 20 MB; beyond this it is not our daemon. */
const answerBytesMax = 64 * 1024 * 1024;

/** Larger than any event: the problems of a refused reload are the longest. */
const eventBytesMax = 4 * 1024 * 1024;

export interface ControlClient {
  status(): Promise<Status>;
  plan(): Promise<PlanReport | Refusal>;
  /** `yes` passes the guard against removing many real servers. */
  reload(yes: boolean): Promise<PlanReport | Refusal>;
  /** Stores a configuration on both routers or on none, and loads it. */
  save(text: string, yes: boolean): Promise<SaveReport | Refusal>;
  sync(yes: boolean): Promise<SaveReport | Refusal>;
  rollback(back: number, yes: boolean): Promise<SaveReport | Refusal>;
  config(): Promise<ConfigReport>;
  pastConfigs(): Promise<HistoryReport>;
  /** The configuration `back` replacements ago, or that there is none. */
  pastConfig(back: number): Promise<({ readonly ok: true } & PastReport) | Refusal>;
  switchover(): Promise<SwitchoverReport | Refusal>;
  restart(): Promise<RestartReport | Refusal>;
  /** The events that the daemon remembers, oldest first. */
  history(): Promise<readonly LvsdEvent[]>;
  /**
   * The whole history as the first batch, then what happens as it happens; ends when the daemon
   * does or `signal` aborts.
   */
  follow(signal: AbortSignal): AsyncIterable<readonly LvsdEvent[]>;
}

/** A client of the daemon that listens at `socketPath`. Its methods throw MachineError. */
export function controlClient(socketPath: string): ControlClient {
  const ask = (method: Ask["method"], path: string, body: Ask["body"], msMax: number) =>
    exchange(socketPath, { method, path, body, msMax });
  const read = async <Report>(path: string): Promise<Report> => {
    const answer = await ask("GET", path, null, reportMsMax);
    if (answer.status !== 200) throw new MachineError(firstProblem(answer));
    return answer.body as Report;
  };
  const work = <Report>(path: string, body: object) =>
    ask("POST", path, body, workMsMax).then((answer) => result<Report>(answer));
  return {
    status: () => read<Status>("/v1/status"),
    plan: () => work<PlanReport>("/v1/plan", {}),
    reload: (yes) => work<PlanReport>("/v1/reload", { yes }),
    save: async (text, yes) => result(await ask("PUT", `/v1/config?yes=${yes}`, text, workMsMax)),
    sync: (yes) => work<SaveReport>("/v1/sync", { yes }),
    rollback: (back, yes) => work<SaveReport>(`/v1/config/rollback?back=${back}`, { yes }),
    config: () => read<ConfigReport>("/v1/config"),
    pastConfigs: () => read<HistoryReport>("/v1/config/history"),
    pastConfig: async (back) => {
      const answer = await ask("GET", `/v1/config/past?back=${back}`, null, reportMsMax);
      const past = result<PastReport>(answer);
      return "text" in past ? { ok: true, ...past } : past;
    },
    switchover: () => work<SwitchoverReport>("/v1/switchover", {}),
    restart: () => work<RestartReport>("/v1/restart", {}),
    history: async () => {
      const events: LvsdEvent[] = [];
      const signal = AbortSignal.timeout(workMsMax);
      for await (const batch of eventStream(socketPath, "/v1/events?follow=false", signal))
        events.push(...batch);
      if (signal.aborted) throw new MachineError(slow(socketPath, workMsMax));
      return events;
    },
    follow: (signal) => eventStream(socketPath, "/v1/events", signal),
  };
}

interface Ask {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  /** A text goes as it stands, an object as JSON. */
  readonly body: object | string | null;
  readonly msMax: number;
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
  { method, path, body }: Pick<Ask, "method" | "path" | "body">,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = typeof body === "string" ? body : body === null ? "" : JSON.stringify(body);
    const headers = { connection: "close", "content-length": Buffer.byteLength(text) };
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
function result<Report>({ status, body }: Answer): Report | Refusal {
  if (status === 200) return body as Report;
  const fault = status === 422 ? "text" : "now";
  return { ok: false, fault, problems: problemsOf({ status, body }) };
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
  const response = await open(socketPath, { method: "GET", path, body: null }, signal).catch(
    (error: unknown) => {
      throw unreachable(socketPath, error);
    },
  );
  if (response.statusCode !== 200) {
    const answer = { status: response.statusCode ?? 0, body: bodyOf(await readText(response)) };
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
      `${socketPath} may not be used: permission denied; root and the group lvsd may`,
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
