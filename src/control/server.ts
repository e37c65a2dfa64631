/**
 * The daemon's end of the control socket: HTTP/1.1 with JSON over a Unix socket (docs/control.md).
 *
 * Knows connections, limits and deadlines; what a request means is in routes.ts. Invariant:
 * whatever a client sends, or fails to send, is answered or dropped within bounded time and
 * memory, is counted by its reason, and never throws into the daemon.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { messageOf } from "../model/error.ts";
import { clipped, printable } from "../model/printable.ts";
import { byHeader, type RequestRefusal } from "./api.ts";
import { Followers, followersMax } from "./followers.ts";
import { operatorsGroup } from "./group.ts";
import { Quota, type QuotaLimits } from "./quota.ts";
import type { Controlled } from "./requests.ts";
import {
  answer,
  bodyBytesMax,
  type ControlReply,
  type ControlRequest,
  eventsPath,
  failure,
  methodsOf,
  refusal,
} from "./routes.ts";
import { clearSocketPath, listenAt, openToGroup } from "./socket.ts";
import { WaitingRoom } from "./waiting-room.ts";

export interface ControlOptions {
  /** Absolute path of the socket; its directory is created where it is missing. */
  readonly socketPath: string;
  readonly controlled: Controlled;
  /** Is given what the operator should mend: a missing group. */
  readonly warn: (text: string) => void;
  readonly limits?: Partial<ControlLimits>;
  /** The user at the other end, or null: it is not known. Absent: no places are kept for root. */
  readonly userOf?: (socket: Socket) => number | null;
}

/** Bounds that tests shorten; those of a quota hold for root, and once more for all others. */
export interface ControlLimits extends QuotaLimits {
  /** How long a client may take to send a request, its first byte included. */
  readonly requestMs: number;
  /** How long a client may take none of what was answered. */
  readonly stallMs: number;
}

/** The bounds of a running daemon. */
export const controlLimits: ControlLimits = {
  connectionsMax: followersMax + 48,
  requestsMax: 32,
  // Three statuses of 50,000 real servers, or five of the largest configurations.
  bytesMax: 64 * 1024 * 1024,
  followersMax,
  requestMs: 5000,
  stallMs: 10_000,
};

export interface ControlServer {
  /** Stops listening, ends the event streams, lets requests under way finish for a moment. */
  close(): Promise<void>;
}

/** How long requests under way may go on once the daemon stops. */
const lastWordsMs = 500;

/** Requests of one connection, the one that is answered and those behind it. */
const pipelinedMax = 8;

/** One connection: whose quota it uses, and its requests, answered one after the other. */
interface Client {
  /** The machine's user; null: not known. */
  readonly user: number | null;
  readonly quota: Quota;
  readonly turns: WaitingRoom;
}

/** lvsd's own requests have a head of about 150 bytes. */
const headerBytesMax = 8192;

/**
 * Listens on the control socket. Throws a MachineError where another daemon answers there or the
 * machine refuses.
 */
export async function startControlServer(options: ControlOptions): Promise<ControlServer> {
  const limits = { ...controlLimits, ...options.limits };
  const followers = new Followers(options.controlled);
  const server = createServer({
    maxHeaderSize: headerBytesMax,
    headersTimeout: limits.requestMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.ceil(limits.requestMs / 10),
  });
  const clients = new WeakMap<Duplex, Client>();
  const ofRoot = new Quota(limits);
  const ofOthers = new Quota(limits);
  const { userOf = () => null } = options;
  const admit = (socket: Socket): Client => {
    const user = userOf(socket);
    const quota = user === 0 ? ofRoot : ofOthers;
    const client = { user, quota, turns: new WaitingRoom(pipelinedMax) };
    clients.set(socket, client);
    return client;
  };
  const refused = (reason: RequestRefusal) => options.controlled.refusedRequest(reason);
  guardConnections(server, admit, refused);
  dropStalled(server, limits.stallMs, clients, refused);
  serveRequests(server, clients, options.controlled, followers);
  await clearSocketPath(options.socketPath);
  await listenAt(server, options.socketPath);
  const shut = openToGroup(options.socketPath, operatorsGroup);
  if (shut !== null) options.warn(shut);
  return { close: () => closeServer(server, followers) };
}

function closeServer(server: Server, followers: Followers): Promise<void> {
  followers.close();
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), lastWordsMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * Ends connections on which nothing moves: answers that are not read, and idle ones. A client that
 * waits for an answer, or for the next event, has nothing to do.
 */
function dropStalled(
  server: Server,
  stallMs: number,
  clients: WeakMap<Duplex, Client>,
  refused: (reason: RequestRefusal) => void,
): void {
  // net.Socket takes it for progress, too, when the kernel takes a part of what waits.
  server.setTimeout(stallMs, (socket: Socket) => {
    const waits = socket.writableLength > 0;
    if (!waits && clients.get(socket)?.turns.empty === false) socket.setTimeout(stallMs);
    else {
      if (waits) refused("slow-client");
      socket.destroy();
    }
  });
}

/** Turns away what is not HTTP, what is too slow, and connections beyond the bound. */
function guardConnections(
  server: Server,
  admit: (socket: Socket) => Client,
  refused: (reason: RequestRefusal) => void,
): void {
  const turnedAway = new WeakSet<Duplex>();
  const turnAway = (socket: Duplex, reply: ControlReply) => {
    if (turnedAway.has(socket)) return;
    turnedAway.add(socket);
    if (reply.refused !== null) refused(reply.refused);
    socket.end(rawResponse(reply), () => socket.destroy());
  };
  server.on("connection", (socket) => {
    const { quota } = admit(socket);
    // A client that vanishes is its own affair; without a listener the error would be the daemon's.
    socket.on("error", () => socket.destroy());
    if (quota.take("connections")) socket.once("close", () => quota.give("connections"));
    else {
      const why = `${quota.held("connections")} connections are open`;
      turnAway(socket, refusal(503, "too-many-connections", why));
    }
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (!socket.writable || error.code === "ECONNRESET" || error.code === "EPIPE") socket.destroy();
    else turnAway(socket, protocolRefusal(error));
  });
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
    turnAway(socket, refusal(405, "wrong-method", "this is no proxy"));
  });
}

function protocolRefusal(error: NodeJS.ErrnoException): ControlReply {
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT")
    return refusal(408, "timeout", "the request did not arrive in time");
  if (error.code === "HPE_HEADER_OVERFLOW")
    return refusal(431, "header-too-large", `the head is larger than ${headerBytesMax} bytes`);
  return refusal(400, "bad-http", `this is no HTTP/1.1: ${error.message.slice(0, 120)}`);
}

/** An answer for a connection that has no request to answer. */
function rawResponse(reply: ControlReply): string {
  return [
    `HTTP/1.1 ${reply.status} refused`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(reply.text)}`,
    "connection: close",
    "",
    reply.text,
  ].join("\r\n");
}

/** What one request holds of its client's quota until its answer is taken. */
class Held {
  readonly #quota: Quota;
  #bytes = 0;

  constructor(quota: Quota) {
    this.#quota = quota;
  }

  take(bytes: number): boolean {
    if (!this.#quota.take("bytes", bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  release(): void {
    this.#quota.give("bytes", this.#bytes);
    this.#bytes = 0;
  }
}

function serveRequests(
  server: Server,
  clients: WeakMap<Duplex, Client>,
  controlled: Controlled,
  followers: Followers,
): void {
  const serve = async (
    request: IncomingMessage,
    response: ServerResponse,
    { quota, user }: Client,
  ) => {
    const held = new Held(quota);
    try {
      const received = await receive(request, held, user);
      if (received === null) return;
      const over = taken(response);
      if ("refused" in received) say(controlled, response, received);
      else if (received.path === eventsPath) tellEvents(received, request, response, quota);
      else {
        const reply = await perform(controlled, received, quota);
        // What was asked is text no longer, and what is answered counts in its place.
        held.release();
        say(controlled, response, held.take(2 * reply.text.length) ? reply : tooMuchWaiting());
      }
      await over;
    } finally {
      held.release();
    }
  };
  const tellEvents = (
    received: ControlRequest,
    request: IncomingMessage,
    response: ServerResponse,
    quota: Quota,
  ) => {
    if (received.query.get("follow") === "false") followers.tellHistory(response);
    else if (quota.take("followers")) followers.follow(request, response, quota);
    else {
      const why = `${quota.held("followers")} clients follow already`;
      say(controlled, response, refusal(503, "too-many-followers", why));
    }
  };
  server.on("request", async (request: IncomingMessage, response: ServerResponse) => {
    const client = clients.get(request.socket);
    // A connection that was turned away may still have sent a request.
    if (client === undefined || !request.socket.writable) return;
    const turn = await client.turns.run(async () => {
      if (!request.destroyed || request.complete) await serve(request, response, client);
      return "over" as const;
    });
    if (turn !== null || request.socket.destroyed) return;
    controlled.refusedRequest("pipelined");
    request.socket.destroy();
  });
}

/** Resolves when the client has taken the answer, or is gone. */
const taken = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    if (response.closed || response.destroyed) resolve();
    else response.once("close", resolve);
  });

async function perform(
  controlled: Controlled,
  request: ControlRequest,
  quota: Quota,
): Promise<ControlReply> {
  if (!quota.take("requests"))
    return refusal(503, "too-many-requests", `${quota.held("requests")} requests are under way`);
  try {
    return await answer(controlled, request);
  } catch (error) {
    return failure(messageOf(error));
  } finally {
    quota.give("requests");
  }
}

const tooMuchWaiting = (): ControlReply =>
  refusal(503, "too-much-waiting", "other clients have not taken their answers; try again");

function say(controlled: Controlled, response: ServerResponse, reply: ControlReply): void {
  if (reply.refused !== null) controlled.refusedRequest(reply.refused);
  if (!response.writable) return;
  const type = reply.type === "json" ? "application/json" : "text/plain; version=0.0.4";
  response.writeHead(reply.status, {
    "content-type": `${type}; charset=utf-8`,
    "content-length": Buffer.byteLength(reply.text),
    "cache-control": "no-store",
    // RFC 9110, 15.5.6: the origin server MUST generate an Allow header field in a 405 response
    ...(reply.status === 405 ? { allow: methodsOf(pathOf(response.req))?.join(", ") } : {}),
  });
  response.end(reply.text);
}

const pathOf = (request: IncomingMessage): string => (request.url ?? "").split("?", 1)[0] ?? "";

/** The whole request, why it is refused, or null where its client went away. */
async function receive(
  request: IncomingMessage,
  held: Held,
  user: number | null,
): Promise<ControlRequest | ControlReply | null> {
  const path = pathOf(request);
  const search = (request.url ?? "").slice(path.length);
  const method = request.method ?? "";
  const methods = methodsOf(path);
  if (methods === null) return refusal(404, "no-such-route", `${path.slice(0, 80)} does not exist`);
  if (!methods.includes(method))
    return refusal(405, "wrong-method", `${path} takes ${methods.join(", ")}, not ${method}`);
  const bytesMax = bodyBytesMax(method, path);
  const body = await readBody(request, bytesMax, held);
  if (body === null) return null;
  if (body === "too-much") return tooMuchWaiting();
  if (body === "too-large")
    return refusal(413, "body-too-large", `the body is larger than ${bytesMax} bytes`);
  const by = askedBy(request, user);
  return { method, path, query: new URLSearchParams(search), body: body.text, by };
}

/** Whoever may use the socket may say any name; which of the machine's users says it is certain. */
function askedBy(request: IncomingMessage, user: number | null): string {
  const machine = user === 0 ? "root" : user === null ? "an unknown user" : `user ${user}`;
  const said = request.headers[byHeader];
  return typeof said === "string" && said !== ""
    ? `${clipped(printable(said), nameCharactersMax)} through ${machine}`
    : machine;
}

/** Of a name in an event. */
const nameCharactersMax = 64;

/** The body as text, why it is not read, or null where the client went away before its end. */
function readBody(
  request: IncomingMessage,
  bytesMax: number,
  held: Held,
): Promise<{ text: string } | "too-large" | "too-much" | null> {
  return new Promise((resolve) => {
    if (Number(request.headers["content-length"] ?? 0) > bytesMax) {
      resolve("too-large");
      return;
    }
    // Piece by piece: ten megabytes in one go would hold up the heartbeat.
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    let bytes = 0;
    let text = "";
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      const why = bytes > bytesMax ? "too-large" : held.take(chunk.length) ? null : "too-much";
      if (why === null) text += decoder.decode(chunk, { stream: true });
      else {
        text = "";
        bytes = bytesMax;
        resolve(why);
      }
    });
    request.on("end", () => resolve({ text: text + decoder.decode() }));
    // Comes after `end` for a whole request, and alone for one that was cut off.
    request.on("close", () => resolve(null));
  });
}
