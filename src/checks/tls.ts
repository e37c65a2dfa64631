/** The TLS layer of a try: handshake, server name, verification. */
import { isIP, type Socket } from "node:net";
import { connect, type SecureContext, type TLSSocket } from "node:tls";
import type { TlsOptions } from "../config/config.ts";
import { messageOf } from "../model/error.ts";
import { type Deadline, failed, late } from "./check-result.ts";
import type { Endpoint, Opened } from "./target.ts";
import { contextOf } from "./tls/context.ts";
import { refusedHandshake } from "./tls/tls-words.ts";

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
      // The real server has no part in what this machine's files are like.
      return resolve(failed("local", messageOf(thrown)));
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

/**
 * What an operator wants to know of a handshake: version, cipher, whose certificate, until when.
 */
function tlsFacts(connection: TLSSocket): string {
  const { subject, issuer, valid_to } = connection.getPeerCertificate();
  const version = `${connection.getProtocol() ?? "TLS"}, ${connection.getCipher().name}`;
  const trusted = connection.authorized
    ? "verified"
    : `not verified (${connection.authorizationError?.message ?? String(connection.authorizationError)})`;
  const names = `certificate of ${subject?.CN ?? "nobody"} by ${issuer?.CN ?? issuer?.O ?? "nobody"}`;
  return `${version}; ${names}, valid until ${valid_to}, ${trusted}`;
}
