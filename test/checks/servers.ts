/**
 * Real servers on loopback for the tests of checks, and the checks against them with the defaults
 * of the configuration. Every server is closed, with its connections, when its test ends.
 */
export { eventually as until } from "../eventually.ts";

import { execFileSync } from "node:child_process";
import { createSocket, type Socket as Datagrams } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { runCheck, type Tried } from "../../src/checks/check.ts";
import type { Endpoint } from "../../src/checks/target.ts";
import type {
  Check,
  CommandCheck,
  HttpCheck,
  SendExpectCheck,
  TcpCheck,
} from "../../src/config/config.ts";
import type { IpAddress } from "../../src/model/address.ts";
import { ms, seconds } from "../../src/model/time.ts";

export const loopback = "127.0.0.1" as IpAddress;
const rhythm = { interval: seconds(2), timeout: seconds(2), fall: 2, rise: 1 } as const;
const target = { address: null, port: null } as const;
export const lenient = {
  sni: null,
  ca: null,
  verify: false,
  certificate: null,
  key: null,
  minimum: "1.2" as const,
  warnBefore: ms(0),
};

export const tcpCheck = (changes: Partial<TcpCheck> = {}): TcpCheck => ({
  type: "tcp",
  ...rhythm,
  ...target,
  tls: null,
  ...changes,
});

export const httpCheck = (changes: Partial<HttpCheck> = {}): HttpCheck => ({
  type: "http",
  ...rhythm,
  ...target,
  method: "GET",
  path: "/",
  host: null,
  headers: {},
  status: [{ from: 200, to: 299 }],
  body: null,
  user: null,
  passwordFile: null,
  expect: null,
  regex: false,
  absent: false,
  digest: null,
  content: null,
  tls: lenient,
  ...changes,
});

export const sendExpectCheck = (changes: Partial<SendExpectCheck> = {}): SendExpectCheck => ({
  type: "send_expect",
  ...rhythm,
  ...target,
  protocol: "tcp",
  send: null,
  expect: null,
  steps: [],
  tls: null,
  ...changes,
});

export const commandCheck = (
  command: string,
  args: readonly string[] = [],
  changes: Partial<CommandCheck> = {},
): CommandCheck => ({
  type: "command",
  ...rhythm,
  command,
  args,
  environment: {},
  convention: null,
  expect: null,
  regex: false,
  ...changes,
});

/** Deadline of tries that are to run into it: long enough for one loaded machine's connect. */
export const short = { timeout: ms(200) } as const;

export const tryOnce = (
  check: Check,
  endpoint: Endpoint,
  signal: AbortSignal = new AbortController().signal,
): Promise<Tried> => runCheck(check, endpoint, signal);

/** Serves TCP on loopback until the test ends. */
export async function serve(
  context: TestContext,
  answer: (socket: Socket) => void,
): Promise<Endpoint & { readonly connections: Set<Socket> }> {
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    keep(socket, connections);
    answer(socket);
    // A socket that is not read does not notice its end.
    socket.resume();
  });
  return { ...(await listen(context, server, connections)), connections };
}

/** Serves TLS with a certificate for `real.example`, signed by itself. */
export async function serveTls(
  context: TestContext,
  answer: (socket: TLSSocket) => void,
): Promise<Endpoint> {
  const connections = new Set<Socket>();
  const { key, certificate } = selfSigned();
  const server = createTlsServer({ key, cert: certificate }, answer);
  server.on("connection", (socket: Socket) => keep(socket, connections));
  server.on("tlsClientError", () => {});
  server.on("secureConnection", (socket) => socket.on("error", () => {}));
  return listen(context, server, connections);
}

/** Writes `piece` again and again, as fast as the other side takes it, until the connection ends. */
export function talk(socket: Socket, piece: string): void {
  const say = (): void => {
    if (socket.writable && !socket.errored) socket.write(piece, () => setImmediate(say));
  };
  say();
}

function keep(socket: Socket, connections: Set<Socket>): void {
  connections.add(socket);
  socket.on("error", () => {});
  socket.once("close", () => connections.delete(socket));
}

async function listen(
  context: TestContext,
  server: Server,
  connections: Set<Socket>,
): Promise<Endpoint> {
  await new Promise<void>((resolve) => server.listen(0, loopback, 4096, resolve));
  context.after(async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("not listening on TCP");
  return { address: loopback, port: bound.port };
}

/** Serves UDP on loopback until the test ends. */
export async function serveUdp(
  context: TestContext,
  answer: (socket: Datagrams, bytes: Buffer, port: number) => void,
): Promise<Endpoint> {
  const socket = createSocket("udp4");
  socket.on("message", (bytes, from) => answer(socket, bytes, from.port));
  await new Promise<void>((resolve) => socket.bind(0, loopback, resolve));
  context.after(() => new Promise<void>((resolve) => socket.close(resolve)));
  return { address: loopback, port: socket.address().port };
}

/** A port of loopback that nobody listens on. */
export async function nobody(context: TestContext): Promise<Endpoint> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("not listening on TCP");
  await new Promise((resolve) => server.close(resolve));
  context.diagnostic(`nobody listens on ${bound.port}`);
  return { address: loopback, port: bound.port };
}

interface Certificate {
  readonly key: string;
  readonly certificate: string;
}
let made: Certificate | null = null;

/** A key and a certificate for `real.example`, made once a process. */
export function selfSigned(): Certificate {
  if (made !== null) return made;
  const directory = mkdtempSync(join(tmpdir(), "lvsd-certificate-"));
  const key = join(directory, "key.pem");
  const certificate = join(directory, "certificate.pem");
  const subject = ["-subj", "/CN=real.example", "-addext", "subjectAltName=DNS:real.example"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  execFileSync(
    "openssl",
    ["req", "-x509", ...kind, "-days", "2", ...subject, "-keyout", key, "-out", certificate],
    { stdio: "ignore" },
  );
  made = { key: readFileSync(key, "utf8"), certificate: readFileSync(certificate, "utf8") };
  rmSync(directory, { recursive: true });
  return made;
}
