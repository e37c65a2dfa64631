/**
 * A real server's thread: says its name over HTTP, echoes for held connections, answers UDP.
 *
 * It can also misbehave on purpose, for the checks: hang, answer with garbage, answer for ever.
 */
import dgram from "node:dgram";
import net from "node:net";
import { workerData } from "node:worker_threads";
import { serveQuestions } from "./resident-side.ts";

/** How requests are answered. `hang` accepts and says nothing. */
export type Manner = "serve" | "hang" | "garbage" | "endless" | "error-500";

export interface RealServerOptions {
  readonly name: string;
  readonly ports: readonly number[];
  readonly udpPorts: readonly number[];
  readonly ipv6: boolean;
}

export type RealServerQuestion =
  | { readonly kind: "manner"; readonly manner: Manner }
  | { readonly kind: "requests" };

const options = workerData as RealServerOptions;
const open = new Set<net.Socket>();
let manner: Manner = "serve";
let requests = 0;

/** Bytes that are no HTTP, no UTF-8 and hold no line end. */
const garbage = Buffer.from(Array.from({ length: 4096 }, (_, index) => 128 + ((index * 37) % 128)));

function answer(socket: net.Socket): void {
  const body = `${options.name}\n`;
  const status = manner === "error-500" ? "500 Internal Server Error" : "200 OK";
  const head = `HTTP/1.0 ${status}\r\nContent-Length: ${body.length}\r\nConnection: close`;
  if (manner === "serve" || manner === "error-500") socket.end(`${head}\r\n\r\n${body}`);
  if (manner === "garbage") socket.end(garbage);
  if (manner === "endless") {
    socket.write("HTTP/1.0 200 OK\r\n\r\n");
    const flood = setInterval(() => socket.write(garbage), 5);
    socket.on("close", () => clearInterval(flood));
  }
}

function serve(socket: net.Socket): void {
  open.add(socket);
  socket.setNoDelay(true);
  let holding = false;
  socket.on("data", (bytes: Buffer) => {
    const text = bytes.toString("latin1");
    if (holding || text.startsWith("hold")) {
      holding = true;
      socket.write(`${options.name}\n`);
      return;
    }
    requests += 1;
    answer(socket);
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => open.delete(socket));
}

for (const port of options.ports) net.createServer(serve).listen({ port, backlog: 1024 });
for (const port of options.udpPorts) {
  const socket = dgram.createSocket(options.ipv6 ? "udp6" : "udp4");
  socket.on("message", (_bytes, from) => {
    requests += 1;
    socket.send(`${options.name}\n`, from.port, from.address);
  });
  socket.bind(port);
}

serveQuestions((question) => {
  const asked = question as RealServerQuestion;
  if (asked.kind === "manner") manner = asked.manner;
  return requests;
});
