/**
 * The daemon's end of the control socket: HTTP/1.1 with JSON over a Unix socket (product.md §6).
 *
 * Knows connections, limits and deadlines; what a request means is in routes.ts. Invariant:
 * whatever a client sends, or fails to send, is answered or dropped within bounded time and
 * memory, is counted by its reason, and never throws into the daemon.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { messageOf } from "../model/error.ts";
import type { Controlled, RequestRefusal } from "./api.ts";
import { Followers, followersMax } from "./followers.ts";
import { operatorsGroup } from "./group.ts";
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

export interface ControlOptions {
  /** Absolute path of the socket; its directory is created where it is missing. */
  readonly socketPath: string;
  readonly controlled: Controlled;
  /** Told what the operator should mend: a missing group. */
  readonly warn: (text: string) => void;
  readonly limits?: Partial<ControlLimits>;
}

/** Bounds that tests shorten. */
export interface ControlLimits {
  /** Open connections: the followers, and room for the short requests of scripts. */
  readonly connectionsMax: number;
  /** Requests that the daemon works on at once. */
  readonly requestsMax: number;
  /** How long a client may take to send a request, its first byte included. */
  readonly requestMs: number;
}

/** The bounds of a running daemon. */
export const controlLimits: ControlLimits = {
  connectionsMax: followersMax + 48,
  requestsMax: 32,
  requestMs: 5000,
};

export interface ControlServer {
  /** Stops listening, ends the event streams, lets requests under way finish for a moment. */
  close(): Promise<void>;
}

/** How long requests under way may go on once the daemon stops. */
const lastWordsMs = 500;

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
  guardConnections(server, limits, (reason) => options.controlled.refusedRequest(reason));
  serveRequests(server, limits, options.controlled, followers);
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

/** Turns away what is not HTTP, what is too slow, and connections beyond the bound. */
function guardConnections(
  server: Server,
  limits: ControlLimits,
  refused: (reason: RequestRefusal) => void,
): void {
  let open = 0;
  const turnedAway = new WeakSet<Duplex>();
  const turnAway = (socket: Duplex, reply: ControlReply) => {
    if (turnedAway.has(socket)) return;
    turnedAway.add(socket);
    if (reply.refused !== null) refused(reply.refused);
    socket.end(rawResponse(reply), () => socket.destroy());
  };
  server.on("connection", (socket) => {
    open += 1;
    socket.once("close", () => {
      open -= 1;
    });
    // A client that vanishes is its own affair; without a listener the error would be the daemon's.
    socket.on("error", () => socket.destroy());
    if (open > limits.connectionsMax)
      turnAway(socket, refusal(503, "too-many-connections", `${open - 1} connections are open`));
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

function serveRequests(
  server: Server,
  limits: ControlLimits,
  controlled: Controlled,
  followers: Followers,
): void {
  let underWay = 0;
  const say = (response: ServerResponse, reply: ControlReply) => {
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
  };
  const perform = async (request: ControlRequest): Promise<ControlReply> => {
    if (underWay >= limits.requestsMax)
      return refusal(503, "too-many-requests", `${underWay} requests are under way`);
    underWay += 1;
    try {
      return await answer(controlled, request);
    } catch (error) {
      return failure(messageOf(error));
    } finally {
      underWay -= 1;
    }
  };
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A connection that was turned away may still have sent a request.
    if (!request.socket.writable) return;
    const received = await receive(request);
    if (received === null) return;
    if ("refused" in received) say(response, received);
    else if (received.path !== eventsPath) say(response, await perform(received));
    else {
      const live = received.query.get("follow") !== "false";
      if (live && followers.full)
        say(response, refusal(503, "too-many-followers", `${followersMax} clients follow already`));
      else followers.answer(request, response, live);
    }
  };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    respond(request, response).catch((thrown: unknown) => {
      if (response.headersSent) response.destroy();
      else say(response, failure(messageOf(thrown)));
    });
  });
}

const pathOf = (request: IncomingMessage): string => (request.url ?? "").split("?", 1)[0] ?? "";

/** The whole request, why it is refused, or null where its client went away. */
async function receive(request: IncomingMessage): Promise<ControlRequest | ControlReply | null> {
  const path = pathOf(request);
  const search = (request.url ?? "").slice(path.length);
  const method = request.method ?? "";
  const methods = methodsOf(path);
  if (methods === null) return refusal(404, "no-such-route", `${path.slice(0, 80)} does not exist`);
  if (!methods.includes(method))
    return refusal(405, "wrong-method", `${path} takes ${methods.join(", ")}, not ${method}`);
  const bytesMax = bodyBytesMax(method, path);
  const body = await readBody(request, bytesMax);
  if (body === null) return null;
  if (body === "too-large")
    return refusal(413, "body-too-large", `the body is larger than ${bytesMax} bytes`);
  return { method, path, query: new URLSearchParams(search), body: body.text };
}

/** The body as text, "too-large", or null where the client went away before its end. */
function readBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<{ text: string } | "too-large" | null> {
  return new Promise((resolve) => {
    if (Number(request.headers["content-length"] ?? 0) > bytesMax) {
      resolve("too-large");
      return;
    }
    // Piece by piece: ten megabytes in one go would hold up the heartbeat.
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    let [bytes, text] = [0, ""];
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) text += decoder.decode(chunk, { stream: true });
      else {
        text = "";
        resolve("too-large");
      }
    });
    request.on("end", () => resolve({ text: text + decoder.decode() }));
    // Comes after `end` for a whole request, and alone for one that was cut off.
    request.on("close", () => resolve(null));
  });
}
