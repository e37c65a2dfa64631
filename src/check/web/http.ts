/** `http` and `https`: one request, judged by status and body. */
import { optional, preset } from "../../keys/section.ts";
import { choice, list, quoted, scalarShape, text } from "../../keys/shape.ts";
import {
  alwaysTlsKeys,
  expectKeys,
  judgeExpect,
  line,
  pairs,
  sayCharactersMax,
  settleAlwaysTls,
  type TlsOptions,
  targetKeys,
} from "../check-keys.ts";
import { checkType, type SettleContext, type Sound } from "../type.ts";

/** A token of RFC 9110 section 5.6.2. */
const fieldName = /^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,256}$/;

/** Accepted status codes: one code or range, or a list of them. */
const statusRange = scalarShape(
  "a status code or a range",
  { anyOf: [{ type: "integer", minimum: 100, maximum: 599 }, { type: "string" }] },
  (written) => {
    const match = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(written);
    const hint = "write 200, or 200-299";
    if (match === null) return { wrong: `${quoted(written)} is no status code or range`, hint };
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (from > to) return { wrong: `${written} ends before it begins`, hint };
    return { ok: { from, to } };
  },
);

const requestKeys = {
  ...targetKeys,
  method: preset(choice("method", ["GET", "HEAD"]), "GET", "The request's method."),
  path: preset(
    text({
      what: "a path of a URL",
      max: sayCharactersMax,
      pattern: /^\/[\x21-\x7E]*$/,
      hint: "begin with /; write blanks and other letters as %20",
    }),
    "/",
    "The request's path, a query included.",
  ),
  host: optional(
    text({
      what: "a host name",
      max: 260,
      pattern: /^[A-Za-z0-9._:[\]-]+$/,
      hint: "give a name such as www.example.com, with :port where needed",
    }),
    "the real server's address",
    "The Host header of the request.",
  ),
  headers: preset(
    pairs("header", fieldName, line("the value of a header", sayCharactersMax)),
    {},
    "Further headers of the request.",
  ),
  status: preset(
    list(statusRange, { what: "a status code or range, or a list", max: 32, single: true }),
    "200-299",
    "Status codes that pass: `200`, `200-399`, or a list of such. Redirections are not followed.",
  ),
  ...expectKeys("the body"),
};

const reasons = {
  unexpected: "ask with `curl -i`: the status and the body as the server gives them",
  unreadable: "does this port speak HTTP/1 without TLS (`http`) or with it (`https`)",
  "too-long": "name a small page, or use `method: HEAD`",
} as const;

export const http = checkType({
  name: "http",
  does: "connects and sends one request",
  passes: "the status is one of `status` and the body fits `expect`",
  help: [
    "- One request on a connection of its own. Redirections are not followed; no proxy is used, whatever",
    "  the environment says.",
    "- Without `host` the Host header is the real server's address and port. `User-Agent` is `lvsd`",
    "  unless `headers` say otherwise.",
    "- The whole answer must arrive before the deadline: a page of at most 1 MiB under a head of at most",
    "  16 KiB, in at most 16,384 chunks, after at most 16 interim answers. More fails. Name a small page,",
    "  or use HEAD.",
    "- `expect` is a text that the body must contain; with `regex: true` a pattern that must match",
    "  somewhere in its first 64 KiB. Both read the body as UTF-8.",
    "- The answer is read as leniently as RFC 9110 and 9112 allow: lines may end in LF alone, the reason",
    "  may be missing, fields may be folded, interim answers (100, 102, 103) are skipped, equal lengths",
    "  may be repeated, chunks may have extensions and trailers, and a body may end with the connection.",
    "  An answer whose length is in doubt, or that is not whole, fails.",
  ],
  keys: requestKeys,
  reasons,
  example: "{ type: http, path: /health, host: www.example.com, status: [200, 204], expect: OK }",
  runs: { by: "driver", driver: "http" },
  settle: (values, context) => settleRequest(values, noTls, context),
});

export const https = checkType({
  name: "https",
  does: "the same over TLS",
  passes: "the same",
  help: ["As `http`, and the handshake and the certificate must be as `tls` says."],
  keys: { ...requestKeys, ...alwaysTlsKeys },
  reasons,
  example: "{ type: https, path: /health, host: www.example.com, tls: { ca: ca.pem } }",
  runs: { by: "driver", driver: "http" },
  settle(values, context) {
    const names = { type: "https", without: "http" };
    return settleRequest(values, settleAlwaysTls(values.tls, context, names), context);
  },
});

/** What an http check carries, which speaks no TLS. */
const noTls: TlsOptions = { sni: null, ca: null, verify: false };

function settleRequest(
  values: Sound<typeof requestKeys>,
  tls: TlsOptions | undefined,
  context: SettleContext,
) {
  const { address, port, method, path, host, headers, status, expect, regex } = values;
  const fits = judgeExpect({ expect, regex }, context);
  const bodiless = method === "HEAD" && expect !== null;
  if (bodiless) context.complain("expect", "a HEAD answer has no body", "use method: GET");
  const wrong = wrongWithHeaders(Object.keys(headers), host !== null);
  if (wrong !== null) context.complain("headers", wrong.message, wrong.hint);
  if (!fits || bodiless || wrong !== null || tls === undefined) return undefined;
  return { address, port, method, path, host, headers, status, expect, regex, tls };
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
