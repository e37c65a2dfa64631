/**
 * The TLS layer of a try: handshake, server name, verification. Contexts are kept, since reading a
 * file of authorities costs more than the whole rest of a try.
 */
import { statSync } from "node:fs";
import { isIP, type Socket } from "node:net";
import {
  connect,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import type { TlsOptions } from "../config/config.ts";
import { messageOf } from "../model/error.ts";
import type { Endpoint, Opened } from "./target.ts";
import { readAuthorities, wrongWithAuthorities } from "./tls/authorities.ts";
import { refusedHandshake } from "./tls/tls-words.ts";
import { type Deadline, failed, late } from "./verdict.ts";

/** A file of authorities at one moment; its context is made anew when time or size differ. */
interface Kept {
  readonly changed: number;
  readonly size: number;
  readonly context: SecureContext;
}

/** Contexts kept at once. A configuration names a handful of CA files. */
const contextsMax = 32;

const kept = new Map<string, Kept>();
let system: SecureContext | null = null;
let anybody: SecureContext | null = null;

/** The context for these options. Throws what reading the file of authorities throws. */
function contextOf(options: TlsOptions): SecureContext {
  if (!options.verify) {
    anybody ??= createSecureContext();
    return anybody;
  }
  if (options.ca === null) {
    const authorities = (): string[] => {
      const found = getCACertificates("system");
      return found.length > 0 ? found : getCACertificates("bundled");
    };
    system ??= createSecureContext({ ca: authorities() });
    return system;
  }
  const { mtimeMs: changed, size } = statSync(options.ca);
  const known = kept.get(options.ca);
  if (known?.changed === changed && known.size === size) return known.context;
  const context = createSecureContext({ ca: [...readAuthorities(options.ca)] });
  const [oldest] = kept.keys();
  if (kept.size >= contextsMax && oldest !== undefined) kept.delete(oldest);
  kept.set(options.ca, { changed, size, context });
  return context;
}

/**
 * Shakes hands over `socket`, which stays the caller's to close. `name`: the server name, or null;
 * `protocols`: what to offer by ALPN (RFC 7301), which a server that knows none of it refuses.
 */
export function secure(
  socket: Socket,
  target: Endpoint,
  options: TlsOptions,
  name: string | null,
  protocols: readonly string[],
  deadline: Deadline,
): Promise<Opened<TLSSocket>> {
  return new Promise((resolve) => {
    let secureContext: SecureContext;
    try {
      secureContext = contextOf(options);
    } catch (thrown) {
      // The real server has no part in what this machine's file is like.
      const why = options.ca === null ? null : wrongWithAuthorities(options.ca);
      const what = options.ca === null ? "the system's authorities" : `tls.ca ${options.ca}`;
      return resolve(failed("local", `${what}: ${why ?? messageOf(thrown)}`));
    }
    if (deadline.signal.aborted) return resolve(late("TLS handshake", deadline));
    // RFC 6066, section 3: "Literal IPv4 and IPv6 addresses are not permitted in "HostName"."
    const servername = name !== null && isIP(name) === 0 ? name : "";
    const connection = connect({
      socket,
      secureContext,
      servername,
      host: name ?? target.address,
      rejectUnauthorized: options.verify,
      ...(protocols.length > 0 && { ALPNProtocols: [...protocols] }),
    });
    const finish = (opened: Opened<TLSSocket>): void => {
      deadline.signal.removeEventListener("abort", expire);
      connection.removeListener("secureConnect", done);
      connection.removeListener("close", ended);
      resolve(opened);
    };
    const done = (): void => {
      deadline.transcript?.note(tlsFacts(connection));
      finish({ kind: "open", connection });
    };
    const ended = (): void => finish(failed("tls", "closed during the TLS handshake"));
    const expire = (): void => finish(late("TLS handshake", deadline));
    deadline.signal.addEventListener("abort", expire, { once: true });
    connection.once("secureConnect", done);
    connection.once("close", ended);
    connection.on("error", (error) => finish(refusedHandshake(error)));
  });
}

/** What an operator wants to know of a handshake: version, cipher, whose certificate, until when. */
function tlsFacts(connection: TLSSocket): string {
  const { subject, issuer, valid_to } = connection.getPeerCertificate();
  const version = `${connection.getProtocol() ?? "TLS"}, ${connection.getCipher().name}`;
  const trusted = connection.authorized
    ? "verified"
    : `not verified (${connection.authorizationError?.message ?? String(connection.authorizationError)})`;
  const names = `certificate of ${subject?.CN ?? "nobody"} by ${issuer?.CN ?? issuer?.O ?? "nobody"}`;
  return `${version}; ${names}, valid until ${valid_to}, ${trusted}`;
}
