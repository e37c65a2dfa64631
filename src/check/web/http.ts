/** `http` and `https`: one request, judged by status and body. */
import { optional, preset } from "../../keys/section.ts";
import { choice, flag, text } from "../../keys/shape.ts";
import { ms } from "../../model/time.ts";
import {
  alwaysTlsKeys,
  expectKeys,
  hostKey,
  judgeExpect,
  line,
  loginKeys,
  pairs,
  sayCharactersMax,
  settleAlwaysTls,
  settleLogin,
  type TlsOptions,
  targetKeys,
} from "../check-keys.ts";
import { statusKey } from "../status-ranges.ts";
import { checkType, type SettleContext, type Sound } from "../type.ts";
import { httpDialogue } from "./http-dialogue.ts";

/** A token of RFC 9110 section 5.6.2. */
const fieldName = /^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,256}$/;

const requestKeys = {
  ...targetKeys,
  method: preset(
    choice("method", ["GET", "HEAD", "POST", "OPTIONS"]),
    "GET",
    "The request's method.",
  ),
  path: preset(
    text({
      what: "a path of a URL",
      max: sayCharactersMax,
      pattern: /^(?:\/|http:\/\/[A-Za-z0-9[][A-Za-z0-9._:[\]-]*(?=\/))[\x21-\x7E]*$/,
      hint: "begin with /, or with http://HOST/ for a proxy; write blanks and other letters as %20",
    }),
    "/",
    "The request's path, a query included. A whole URL, `http://www.example.com/`, asks the real server as a proxy.",
  ),
  host: hostKey,
  headers: preset(
    pairs("header", fieldName, line("the value of a header", sayCharactersMax)),
    {},
    "Further headers of the request.",
  ),
  body: optional(
    text({ what: "text", max: sayCharactersMax }),
    "none",
    "What is sent with `method: POST` (in UTF-8); its kind is for `headers` to say (`Content-Type`).",
  ),
  ...loginKeys,
  status: statusKey(
    "Status codes that pass: `200`, `200-399`, or a list of such. Redirections are not followed.",
  ),
  ...expectKeys("the body"),
  absent: preset(
    flag,
    false,
    "`true`: the body must not contain `expect`, nor have a match of it with `regex: true`.",
  ),
  content: optional(
    choice("way to compare", ["agree", "agree-or-remove"]),
    "not compared",
    "`agree`: the bodies of the virtual server's real servers are compared, and one that differs from more than half of them is named by the event `check` `differs`. `agree-or-remove`: its check fails as well. docs/real-servers.md.",
  ),
  digest: optional(
    text({ what: "an MD5 sum", max: 32, pattern: /^[0-9A-Fa-f]{32}$/, hint: "give 32 hex digits" }),
    "anything",
    "MD5 of the body that must come, as keepalived's genhash prints it: 32 hexadecimal digits.",
  ),
};

const reasons = {
  unexpected: "ask with `curl -i`: the status and the body as the server gives them",
  unreadable: "does this port speak HTTP/1 without TLS (`http`) or with it (`https`)",
  "too-long": "name a small page, or use `method: HEAD`",
} as const;

export const http = checkType({
  name: "http",
  does: "connects and sends one request",
  passes: "the status is one of `status`, and the body fits `expect` and `digest`",
  help: [
    "- One request on a connection of its own. Redirections are not followed; no proxy is used, whatever",
    "  the environment says.",
    "- Without `host` the Host header is the real server's address and port. `User-Agent` is `lvsd`",
    "  unless `headers` say otherwise.",
    "- `user` and `password_file` log in by Basic authentication (RFC 7617).",
    "- The whole answer must arrive before the deadline: a page of at most 1 MiB under a head of at most",
    "  16 KiB, in at most 16,384 chunks, after at most 16 interim answers. More fails. Name a small page,",
    "  or use HEAD.",
    "- `expect` is a text that the body must contain; with `regex: true` a pattern that must match",
    "  somewhere in its first 64 KiB. Both read the body as UTF-8, and not decompressed. With",
    "  `absent: true` it must not be there: `{ expect: maintenance, absent: true }`; a compressed body",
    "  fails then, since nothing can be looked for in it.",
    "- A proxy is asked with a whole URL: `path: http://www.example.com/`. Its host is the Host header",
    "  unless `host` gives another.",
    "- The answer is read as leniently as RFC 9110 and 9112 allow: lines may end in LF alone, the reason",
    "  may be missing, fields may be folded, interim answers (100, 102, 103) are skipped, equal lengths",
    "  may be repeated, chunks may have extensions and trailers, and a body may end with the connection.",
    "  An answer whose length is in doubt, or that is not whole, fails.",
  ],
  keys: requestKeys,
  reasons,
  example: "{ type: http, path: /health, host: www.example.com, status: [200, 204], expect: OK }",
  settle: (values, context) => settleRequest(values, noTls, context),
  runs: {
    by: "dialogue",
    transport: () => ({ protocol: "tcp", tls: null }),
    begin: (check, { aim, password }) => httpDialogue(check, password, aim, 80),
  },
});

export const https = checkType({
  name: "https",
  does: "the same over TLS",
  passes: "the same",
  help: ["As `http`, and the handshake and the certificate must be as `tls` says."],
  keys: { ...requestKeys, ...alwaysTlsKeys },
  reasons,
  example: "{ type: https, path: /health, host: www.example.com, tls: { ca: ca.pem } }",
  settle(values, context) {
    const names = { type: "https", without: "http" };
    return settleRequest(values, settleAlwaysTls(values.tls, context, names), context);
  },
  runs: {
    by: "dialogue",
    transport: ({ tls, host }) => ({
      protocol: "tcp",
      tls: { options: { ...tls, sni: tls.sni ?? nameOf(host) }, upgrade: false, alpn: "http/1.1" },
    }),
    begin: (check, { aim, password }) => httpDialogue(check, password, aim, 443),
  },
});

/** The name in a Host header, without its port. */
const nameOf = (host: string | null): string | null => host?.replace(/:\d+$/, "") ?? null;

/** What an http check carries, which speaks no TLS. */
const noTls: TlsOptions = {
  sni: null,
  ca: null,
  verify: false,
  certificate: null,
  key: null,
  minimum: "1.2",
  warnBefore: ms(0),
};

function settleRequest(
  values: Sound<typeof requestKeys>,
  tls: TlsOptions | undefined,
  context: SettleContext,
) {
  const login = settleLogin(values, context);
  const { address, port, method, path, host, headers, body } = values;
  const { status, expect, regex, absent } = values;
  const digest = values.digest?.toLowerCase() ?? null;
  const fits = judgeExpect(values, context);
  const clash = clashOf(values);
  if (clash !== null) context.complain(clash.key, clash.message, clash.hint);
  if (!fits || clash !== null || tls === undefined || login === undefined) return undefined;
  const request = { method, path, host, headers, body, ...login };
  const { content } = values;
  const judged = { status, expect, regex, absent, digest, content };
  return { address, port, ...request, ...judged, tls };
}

/** What does not go together in a request; null: nothing. */
function clashOf(values: Sound<typeof requestKeys>) {
  const { method, body, expect, absent, digest, headers, host, user } = values;
  const hint = "use method: GET";
  if (method === "HEAD" && expect !== null)
    return { key: "expect", message: "a HEAD answer has no body", hint };
  if (method === "HEAD" && digest !== null)
    return { key: "digest", message: "a HEAD answer has no body", hint };
  if (method === "HEAD" && values.content !== null)
    return { key: "content", message: "a HEAD answer has no body", hint };
  if (absent && expect === null)
    return { key: "absent", message: "there is no `expect`", hint: "add it" };
  if (method !== "POST" && body !== null)
    return { key: "body", message: `${method} sends no body`, hint: "use method: POST" };
  if (user?.includes(":"))
    return { key: "user", message: "a name with a colon (RFC 7617)", hint: "use another name" };
  const wrong = wrongWithHeaders(Object.keys(headers), host !== null);
  if (wrong !== null) return { key: "headers", ...wrong };
  if (user !== null && Object.keys(headers).some((name) => /^authorization$/i.test(name)))
    return { key: "headers", message: "Authorization comes from `user`", hint: "remove one" };
  return null;
}

/** Fields by which the client says how it speaks itself: another value is not sent, or is a lie. */
const ownFields = /^(?:connection|content-length|expect|keep-alive|transfer-encoding|upgrade)$/i;

/** Headers that would not be sent as they are written; null: there are none. */
function wrongWithHeaders(names: readonly string[], hasHost: boolean) {
  const own = names.find((name) => ownFields.test(name));
  if (own !== undefined) {
    const message = `\`${own}\` is the HTTP client's own and cannot be set`;
    return { message, hint: "leave it out" };
  }
  if (hasHost && names.some((name) => name.toLowerCase() === "host"))
    return { message: "`Host` is given by `host` too", hint: "keep one of the two" };
  const twice = names.find((name, index) =>
    names.slice(0, index).some((other) => other.toLowerCase() === name.toLowerCase()),
  );
  if (twice === undefined) return null;
  return { message: `\`${twice}\` is there twice`, hint: "names of headers have no case" };
}
