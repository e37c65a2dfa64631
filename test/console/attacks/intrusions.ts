/** Requests that no form makes: paths of the machine, heads that are read in two ways, sizes. */
import type { Visitor } from "../visitor.ts";
import { converse } from "../web/asked.ts";
import { cookieOf, send } from "./raw.ts";
import type { Route } from "./routes.ts";

const upwards = [
  "/../../../../etc/passwd",
  "/..%2f..%2f..%2fetc%2fpasswd",
  "/%2e%2e/%2e%2e/etc/passwd",
  "/..%5c..%5cetc%5cpasswd",
  "/..%c0%af..%c0%afetc/passwd",
  "/%00/etc/passwd",
  "//etc/passwd",
  "/....//....//etc/passwd",
  "/etc/passwd%00.css",
  "/%25%32%65%25%32%65/etc/passwd",
];

/** What belongs to the machine and to no answer. */
const secret = /root:.?:0:0|scrypt:\d|BEGIN (?:EC |RSA )?PRIVATE/;

/** Each path of the console as the beginning of one that leads out of it. */
export async function traverse(
  admin: Visitor,
  routes: readonly Route[],
  files: readonly string[],
): Promise<readonly string[]> {
  const breaches: string[] = [];
  const port = Number(new URL(admin.url).port);
  const cookie = cookieOf(admin);
  const places = [...new Set(routes.map(({ path }) => path.replace(/\/[^/]*$/, "")))];
  const paths = [
    ...places.flatMap((place) => upwards.map((rest) => `${place}${rest}`)),
    ...files.flatMap((file) => [file, `/assets/..${file}`]),
  ];
  for (const path of paths) {
    const head = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookie}\r\nconnection: close\r\n\r\n`;
    const said = await converse(port, head);
    if (!/^HTTP\/1\.1 (?:404|400|303)/.test(said)) breaches.push(`${path}: ${said.slice(0, 40)}`);
    if (secret.test(said)) breaches.push(`${path} gives what is not its own`);
  }
  return breaches;
}

/** Two lengths, two ends, two requests in one: read in one way by a proxy and in another here. */
export async function smuggle(admin: Visitor): Promise<readonly string[]> {
  const breaches: string[] = [];
  const port = Number(new URL(admin.url).port);
  const token = await admin.tokenOf("/help");
  const head = `POST /control/reload HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookieOf(admin)}\r\ncontent-type: application/x-www-form-urlencoded\r\n`;
  const body = `token=${token}`;
  const heads = [
    `content-length: ${body.length}\r\ncontent-length: 3\r\n`,
    `content-length: ${body.length}\r\ntransfer-encoding: chunked\r\n`,
    "transfer-encoding: xchunked\r\n",
    `content-length: +${body.length}\r\n`,
    `content-length: ${body.length}\r\n folded: x\r\n`,
    "x: a\0b\r\ncontent-length: 0\r\n",
    "x: a\rset-cookie: b\r\ncontent-length: 0\r\n",
  ];
  for (const more of heads) {
    const said = await converse(port, `${head}${more}connection: close\r\n\r\n${body}`);
    if (!/^HTTP\/1\.1 400/.test(said) && said !== "")
      breaches.push(`${JSON.stringify(more)}: ${said.slice(0, 40)}`);
  }
  for (const method of ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const said = await converse(
      port,
      `${method} /control HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`,
    );
    if (/^HTTP\/1\.1 (?:2|5)/.test(said)) breaches.push(`${method}: ${said.slice(0, 40)}`);
  }
  return breaches;
}

/** More than any form may have: to every route, with a session and without. */
export async function oversize(
  admin: Visitor,
  routes: readonly Route[],
): Promise<readonly string[]> {
  const breaches: string[] = [];
  const { url } = admin;
  const cookie = cookieOf(admin);
  for (const { method, path } of routes) {
    if (method === "GET") {
      const long = send(url, `${path}?find=${"x".repeat(20_000)}`, { headers: { cookie } });
      const { status } = await long;
      if (status !== 431) breaches.push(`GET ${path} with a long address: ${status}`);
      continue;
    }
    // The head alone promises it: nothing of it need come.
    const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookie}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 99000000\r\nconnection: close\r\n\r\n`;
    const said = await converse(Number(new URL(url).port), head);
    if (!/^HTTP\/1\.1 413/.test(said)) breaches.push(`${path} of 99 MB: ${said.slice(0, 40)}`);
  }
  return breaches;
}
