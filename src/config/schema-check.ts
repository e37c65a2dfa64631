/**
 * The keys of a check, and which of them each type of check has. All keys stand in one section,
 * because a check is laid over the one that it inherits from before its type is known.
 */
import { absolutePath } from "../keys/command-shape.ts";
import { address, port } from "../keys/network-shapes.ts";
import { derived, later, optional, preset, section } from "../keys/section.ts";
import {
  choice,
  duration,
  flag,
  type JsonSchema,
  list,
  quoted,
  type Shape,
  scalarShape,
  shown,
  text,
  whole,
} from "../keys/shape.ts";

/** Types of checks that this release runs. */
export const checkTypes = ["none", "tcp", "http", "https", "send_expect", "command"] as const;
export type CheckType = (typeof checkTypes)[number];

/** Known to a later release. */
const laterTypes = [
  ..."ping dns ftp imap imaps ldap ldaps mysql nntp pgsql pop3 pop3s radius redis".split(" "),
  ..."rtsp sip sips smtp smtps submission fping simpletcp external tls udp".split(" "),
];

/** What a check says or awaits: longer texts are no health check. */
const sayCharactersMax = 4096;

const line = (what: string, max: number): Shape<string> =>
  text({ what, max, pattern: /^[^\r\n]*$/, hint: "it must be one line" });

/** A token of RFC 9110 section 5.6.2. */
const fieldName = /^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,256}$/;
/** What execve(2) cannot tell apart, and what nobody can quote, is no name of a variable. */
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,255}$/;

/** Most headers or variables of a check. */
const pairsMax = 64;

/** A map from names to texts, such as headers and environment variables. */
function pairs(
  noun: string,
  name: RegExp,
  value: Shape<string>,
): Shape<Readonly<Record<string, string>>> {
  const json: JsonSchema = {
    type: ["object", "null"],
    propertyNames: { pattern: name.source },
    additionalProperties: { type: ["string", "number", "boolean"] },
  };
  return {
    words: `a map from ${noun} to text`,
    json,
    emptyAllowed: true,
    read(given, path, complaints) {
      if (given.kind === "scalar" && given.value === null) return {};
      if (given.kind !== "map" || given.entries.length > pairsMax) {
        const what = given.kind === "map" ? `${given.entries.length} of them` : shown(given);
        complaints.at(given, `${path}: ${what}`, `give a map of at most ${pairsMax} ${noun}s`);
        return undefined;
      }
      const read = given.entries.map((entry) => {
        if (!name.test(entry.key)) {
          complaints.at(entry.keySpot, `${path}: ${quoted(entry.key)} is no ${noun}`, null);
          return undefined;
        }
        const content = value.read(entry.value, `${path}.${entry.key}`, complaints);
        return content === undefined ? undefined : ([entry.key, content] as const);
      });
      const sound = read.filter((pair) => pair !== undefined);
      return sound.length === read.length ? Object.fromEntries(sound) : undefined;
    },
  };
}

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

export const tlsKeys = {
  sni: optional(
    line("a host name", 253),
    "`host`, if that is a name",
    "The name that is asked for in the handshake (server name indication).",
  ),
  ca: optional(
    line("the path of a PEM file", 4096),
    "the system's authorities",
    "File of the certificate authorities that are believed; relative to the configuration file.",
    { names: "file" },
  ),
  verify: derived(
    flag,
    "`true` with `ca`, else `false`",
    (tls: { ca?: string | null }) => (tls.ca === undefined ? undefined : tls.ca !== null),
    "Whether a certificate that does not verify fails the check. Real servers are asked by their address, so that most certificates do not fit them.",
  ),
};

const tlsSection = section(tlsKeys);

/** `tls: true` is TLS with every default, `tls: false` is none. */
const tls: Shape<typeof tlsSection extends Shape<infer T> ? T | boolean : never> = {
  ...tlsSection,
  words: "a map, or `true`",
  json: { anyOf: [tlsSection.json, { type: "boolean" }] },
  read(value, path, complaints) {
    if (value.kind === "scalar" && typeof value.value === "boolean") return value.value;
    return tlsSection.read(value, path, complaints);
  },
};

/** Tries in a row; more than 100 would take minutes to notice anything. */
const tries = whole(1, 100);

export const checkKeys = {
  type: optional(
    choice("type of check", checkTypes, laterTypes),
    "`tcp` for tcp services, `none` for udp services",
    "How a try is made. `none` makes none and counts the real server as up; `tcp` connects; `http` and `https` send a request; `send_expect` says something and compares the answer; `command` runs a program, whose exit status 0 passes.",
  ),
  interval: preset(
    duration({ min: "10ms" }),
    "2s",
    "From the start of one try to the start of the next. Tries never overlap for one real server.",
  ),
  timeout: preset(
    duration({ min: "10ms", max: "1h" }),
    "2s",
    "One try, everything included: connecting, TLS, and the whole answer.",
  ),
  fall: preset(tries, 2, "Failed tries in a row after which the real server is down."),
  rise: preset(tries, 1, "Passed tries in a row after which the real server is up."),
  address: optional(
    address,
    "the real server's",
    "Where the try goes, if not to the real server's own address.",
  ),
  port: optional(
    port,
    "the real server's",
    "The port that is tried, if not the real server's own.",
  ),
  protocol: optional(
    choice("protocol", ["tcp", "udp"]),
    "the virtual server's",
    "Whether to speak over TCP or UDP.",
  ),
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
  send: optional(
    text({ what: "text", max: sayCharactersMax }),
    "nothing",
    "What is said to the real server; `\\r \\n \\t \\0 \\\\ \\\" \\' \\xHH` stand for their bytes. In double quotes YAML reads the backslashes first: use single quotes.",
  ),
  expect: optional(
    text({ what: "text", max: sayCharactersMax }),
    "anything",
    "`http` and `command`: text that the body or the output must contain. `send_expect`: what the answer must begin with, escapes as in `send`.",
  ),
  regex: preset(flag, false, "`expect` is an RE2 regular expression that must match somewhere."),
  command: optional(
    absolutePath("the absolute path of a program"),
    "none; needed",
    "The program. It runs without a shell and without lvsd's capabilities.",
    { names: "executable" },
  ),
  args: preset(
    list(text({ what: "an argument", max: sayCharactersMax }), {
      what: "a list of texts",
      max: 64,
    }),
    [],
    "Its arguments. `%h` and `%p` become the address and port of the real server.",
  ),
  environment: preset(
    pairs("variable", variableName, text({ what: "text", max: sayCharactersMax })),
    {},
    "Variables of its environment.",
    { names: "variables" },
  ),
  tls: optional(tls, "`https`: a map of defaults; `send_expect`: no TLS", "How TLS is spoken."),
  any: later("`true` or `false`", [false], "One passed check of a list suffices."),
};

export const checkSection = section(checkKeys);

export type CheckKey = keyof typeof checkKeys;

/** The rhythm is inherited whatever the type; the other keys belong to a type. */
const rhythm = ["type", "interval", "timeout", "fall", "rise", "any"] as const;
const target = [...rhythm, "address", "port"] as const;
const http = [...target, "method", "path", "host", "headers", "status", "expect", "regex"] as const;

/** The keys that a check of each type has. `none` bears the rhythm, which it does not need. */
export const keysOfType: Readonly<Record<CheckType, readonly CheckKey[]>> = {
  none: rhythm,
  tcp: target,
  http,
  https: [...http, "tls"],
  send_expect: [...target, "protocol", "send", "expect", "regex", "tls"],
  command: [...rhythm, "command", "args", "environment", "expect", "regex"],
};

export const rhythmKeys: readonly CheckKey[] = rhythm;

/** A check as `check:` takes it: one, or a list of exactly one. */
export const oneCheck: typeof checkSection = {
  ...checkSection,
  words: "a map",
  json: {
    anyOf: [
      checkSection.json,
      { type: "array", minItems: 1, maxItems: 1, items: checkSection.json },
    ],
  },
  read(value, path, complaints) {
    if (value.kind !== "list") return checkSection.read(value, path, complaints);
    const [only, second] = value.items;
    if (only !== undefined && second === undefined) return this.read(only, path, complaints);
    const message =
      only === undefined ? "an empty list" : "several checks of one server are not supported yet";
    complaints.at(value, `${path}: ${message}`, "give one check");
    return undefined;
  },
};
