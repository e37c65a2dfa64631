/**
 * The thread of sorry-pages.ts: answers every HTTP request with 503 and a page, one port for each
 * page. A thread of its own, since whoever floods a site that is down must not hold up heartbeats.
 *
 * Each connection gets one answer and is closed (RFC 9110, section 15.6.4; RFC 9112, section 9.6).
 * Nothing of a request matters but that its head has ended.
 */
import { createServer, type Server } from "node:http";
import { parentPort } from "node:worker_threads";
import { messageOf } from "../../model/error.ts";
import { readBounded } from "../file/files.ts";
import type { SorryAnswer, SorryOrder } from "./sorry-order.ts";

/** What is said of a page must be sent to each client, and kept. */
const pageBytesMax = 1024 * 1024;
const connectionsMax = 1000;
/** A client that says nothing for so long is dropped, whatever it waits for. */
const patienceMs = 5000;
/** What well-behaved clients and caches wait before they ask again. */
const retryAfterSeconds = 30;

const usualPage = Buffer.from(
  "<!DOCTYPE html>\n<title>503 Service Unavailable</title>\n<h1>Service unavailable</h1>\n" +
    "<p>This service is temporarily unavailable. Please try again in a few minutes.</p>\n",
);

interface Served {
  readonly server: Server;
  page: Uint8Array;
}

const served = new Map<string, Served>();

const say = (answer: SorryAnswer): void => parentPort?.postMessage(answer);

function read(id: string, path: string | null): Uint8Array {
  if (path === null) return usualPage;
  try {
    const page = readBounded(path, pageBytesMax);
    if (page !== null) return page;
    say({ kind: "trouble", id, text: `${path} does not exist: a page of a few words is shown` });
  } catch (thrown) {
    say({ kind: "trouble", id, text: `${messageOf(thrown)}: a page of a few words is shown` });
  }
  return usualPage;
}

function serve(id: string, path: string | null): void {
  const page = read(id, path);
  const known = served.get(id);
  if (known !== undefined) {
    known.page = page;
    return;
  }
  const server = createServer(
    { connectionsCheckingInterval: patienceMs / 2, requestTimeout: patienceMs, keepAlive: false },
    (request, response) => {
      const body = served.get(id)?.page ?? usualPage;
      response.writeHead(503, {
        "content-type": "text/html; charset=utf-8",
        "content-length": body.length,
        "retry-after": String(retryAfterSeconds),
        "cache-control": "no-store",
        connection: "close",
      });
      response.end(request.method === "HEAD" ? undefined : body);
    },
  );
  server.maxConnections = connectionsMax;
  server.headersTimeout = patienceMs;
  server.setTimeout(patienceMs);
  served.set(id, { server, page });
  server.on("error", (error) => {
    served.delete(id);
    say({ kind: "closed", id, text: messageOf(error) });
  });
  // Any address of both families: a VIP comes and goes while the port stays.
  server.listen(0, () => {
    const bound = server.address();
    if (typeof bound === "object" && bound !== null) say({ kind: "serving", id, port: bound.port });
  });
}

function close(id: string): void {
  const known = served.get(id);
  served.delete(id);
  known?.server.close();
  known?.server.closeAllConnections();
}

parentPort?.on("message", (order: SorryOrder) => {
  if (order.kind === "serve") serve(order.id, order.page);
  else close(order.id);
});
