/**
 * Keys that several types of checks have, each declared once: spread a group into a type's `keys`
 * and let its function settle it.
 */
import { address, port } from "../keys/network-shapes.ts";
import { type Draft, derived, optional, preset, section } from "../keys/section.ts";
import {
  choice,
  duration,
  flag,
  type JsonSchema,
  quoted,
  type Shape,
  shown,
  text,
  whole,
} from "../keys/shape.ts";
import { messageOf } from "../model/error.ts";
import { originKeys, originPortKeys } from "./origin-keys.ts";
import { compilePattern } from "./pattern.ts";
import { type SettleContext, type TlsOptions, tlsVersions } from "./type.ts";

export type { TlsOptions } from "./type.ts";

/** What a check says or awaits: longer texts are no health check. */
export const sayCharactersMax = 4096;

export const line = (what: string, max: number): Shape<string> =>
  text({ what, max, pattern: /^[^\r\n]*$/, hint: "it must be one line" });

/** Tries in a row; more than 100 would take minutes to notice anything. */
const tries = whole(1, 100);

/** Every type has these, and inherits them whatever the type. */
export const rhythmKeys = {
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
  fall_interval: optional(
    duration({ min: "10ms" }),
    "`interval`",
    "The same after a failed try, until `fall` of them have failed in a row or one passes: with a long `interval` a failed real server is still down soon.",
  ),
  rise: preset(tries, 1, "Passed tries in a row after which the real server is up."),
};

const addressKey = optional(
  address,
  "the real server's",
  "Where the try goes, if not to the real server's own address.",
);

/** For what has no ports: ICMP. Null is the real server's own. */
export const addressKeys = { address: addressKey };

/** Where the try goes, and where it comes from, which is no business of the types. */
export const targetKeys = {
  address: addressKey,
  port: optional(
    port,
    "the real server's",
    "The port that is tried, if not the real server's own.",
  ),
  ...originKeys,
  ...originPortKeys,
};

export const tlsSectionKeys = {
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
  certificate: optional(
    line("the path of a PEM file", 4096),
    "none is shown",
    "File of the certificate that the check shows the server, with those that lead to its authority; relative to the configuration file.",
    { names: "file" },
  ),
  key: optional(
    line("the path of a PEM file", 4096),
    "in the file of `certificate`",
    "File of the key of `certificate`, which lvsd's user must be able to read.",
    { names: "file" },
  ),
  minimum: preset(
    choice("version of TLS", tlsVersions),
    "1.2",
    "The lowest version of TLS that the check speaks. 1.0 and 1.1 allow the old ciphers as well.",
  ),
  warn_before: preset(
    duration({ max: "8760h" }),
    "336h",
    "The event `check` `certificate` comes once a day from so long before the certificate's end on, 0 turns it off. The default is 14 days.",
  ),
};

const tlsSection = section(tlsSectionKeys);

/** What the key `tls` reads: a map, or `true` for every default, or `false` for none. */
type TlsGiven = Draft<typeof tlsSectionKeys> | boolean;

const tlsShape: Shape<TlsGiven> = {
  ...tlsSection,
  words: "a map, or `true`",
  json: { anyOf: [tlsSection.json, { type: "boolean" }] },
  read(value, path, complaints) {
    if (value.kind === "scalar" && typeof value.value === "boolean") return value.value;
    return tlsSection.read(value, path, complaints);
  },
};

/** For types that speak TLS only where it is written. */
export const tlsKeys = { tls: optional(tlsShape, "no TLS", "How TLS is spoken.") };

/** For types that always speak TLS. */
export const alwaysTlsKeys = {
  tls: optional(tlsShape, "a map of defaults", "How TLS is spoken."),
};

/** Null: no TLS. Undefined: faulty. */
export function settleTls(
  given: TlsGiven | null,
  context: SettleContext,
): TlsOptions | null | undefined {
  return given === null || given === false ? null : tlsOptions(given, context);
}

/** For types that always speak TLS; `without` is the type that does not. Undefined: faulty. */
export function settleAlwaysTls(
  given: TlsGiven | null,
  context: SettleContext,
  names: { readonly type: string; readonly without: string },
): TlsOptions | undefined {
  if (given !== false) return tlsOptions(given, context);
  context.complain("tls", `${names.type} without TLS`, `use type: ${names.without}`);
  return undefined;
}

/**
 * For protocols that begin in the clear; `on`: whether TLS is begun unless the operator says no.
 */
export const startTlsKeys = (on: boolean) => ({
  starttls: preset(
    flag,
    on,
    "Whether TLS is begun on the connection (STARTTLS; in POP3 it is called STLS).",
  ),
  ...alwaysTlsKeys,
});

/**
 * Null: no TLS is begun. Undefined: faulty. `always`: the type that speaks TLS from the beginning.
 */
export function settleStartTls(
  { starttls, tls }: { readonly starttls: boolean; readonly tls: TlsGiven | null },
  context: SettleContext,
  always: string,
): TlsOptions | null | undefined {
  if (starttls) {
    if (tls !== false) return tlsOptions(tls, context);
    context.complain("tls", "`starttls` begins TLS", "remove it, or write `starttls: false`");
    return undefined;
  }
  if (tls === null || tls === false) return null;
  const hint = `add \`starttls: true\`, or use type: ${always}`;
  context.complain("tls", "TLS is not begun here", hint);
  return undefined;
}

function tlsOptions(
  given: Exclude<TlsGiven, false> | null,
  context: SettleContext,
): TlsOptions | undefined {
  const draft = typeof given === "object" ? given : null;
  const values = context.inner(tlsSectionKeys, draft, "tls");
  if (values === undefined) return undefined;
  const { sni, verify, minimum, warn_before: warnBefore } = values;
  if (values.key !== null && values.certificate === null) {
    context.complain("tls", "`key` without `certificate`", "add `certificate:`");
    return undefined;
  }
  const absolute = (path: string | null) => (path === null ? null : context.absolute(path));
  const [ca, certificate, key] = [values.ca, values.certificate, values.key].map(absolute);
  if (ca === undefined || certificate === undefined || key === undefined) return undefined;
  return { sni, ca, verify, certificate, key, minimum, warnBefore };
}

/** A login. The password itself never stands in the configuration. */
export const loginKeys = {
  user: optional(line("a user name", 256), "no login", "The name to log in with."),
  password_file: optional(
    line("the path of a file", 4096),
    "no login",
    "File whose first line is the password, read at each try; relative to the configuration file. Only lvsd's user should be able to read it. The password appears in no status, log or error.",
    { names: "file", secret: true },
  ),
};

export interface Login {
  readonly user: string | null;
  /** Absolute. The driver reads it at try time and hands its first line to the dialogue. */
  readonly passwordFile: string | null;
}

/** `together`: whether a name needs a password and a password a name. Undefined: faulty. */
export function settleLogin(
  values: { readonly user: string | null; readonly password_file: string | null },
  context: SettleContext,
  together = true,
): Login | undefined {
  const { user, password_file: file } = values;
  if (together && (user === null) !== (file === null)) {
    const [given, missing] = user === null ? ["password_file", "user"] : ["user", "password_file"];
    context.complain(given, `there is no \`${missing}\``, `add \`${missing}:\``);
    return undefined;
  }
  return { user, passwordFile: file === null ? null : context.absolute(file) };
}

/** The Host header of what speaks HTTP. */
export const hostKey = optional(
  text({
    what: "a host name",
    max: 260,
    pattern: /^[A-Za-z0-9._:[\]-]+$/,
    hint: "give a name such as www.example.com, with :port where needed",
  }),
  "the real server's address",
  "The Host header of the request.",
);

/** A text that an answer must contain, or a pattern that must match in it. */
export const expectKeys = (where: string) => ({
  expect: optional(
    text({ what: "text", max: sayCharactersMax }),
    "anything",
    `Text that ${where} must contain.`,
  ),
  regex: regexKey,
});

export const regexKey = preset(
  flag,
  false,
  "`expect` is an RE2 regular expression that must match somewhere.",
);

/** Complains of a pattern that RE2 cannot read, and of texts that cannot be compared at all. */
export function judgeExpect(
  { expect, regex }: { readonly expect: string | null; readonly regex: boolean },
  context: SettleContext,
): boolean {
  if (expect === null) {
    if (regex) context.complain("regex", "there is no `expect`", "add it");
    return !regex;
  }
  if (expect === "") {
    context.complain("expect", "an empty text is in every answer", "leave it out");
    return false;
  }
  if (!regex) return true;
  try {
    compilePattern({ pattern: expect, reads: "text" });
    return true;
  } catch (thrown) {
    const hint = "the syntax is RE2's: no look-around, no back references";
    context.complain("expect", messageOf(thrown).slice(0, 200), hint);
    return false;
  }
}

/** Most headers or variables of a check. */
const pairsMax = 64;

/** A map from names to texts, such as headers and environment variables. */
export function pairs(
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

/** TCP, with TLS from the first byte where `tls` is not null. */
export const tcpInTls = ({ tls }: { readonly tls: TlsOptions | null }) =>
  ({ protocol: "tcp", tls: tls && { options: tls, upgrade: false, alpn: null } }) as const;

/** TCP, with TLS from where the dialogue begins it, if `tls` is not null. */
export const tcpThenTls = ({ tls }: { readonly tls: TlsOptions | null }) =>
  ({ protocol: "tcp", tls: tls && { options: tls, upgrade: true, alpn: null } }) as const;
