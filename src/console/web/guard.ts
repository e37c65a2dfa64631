/**
 * What every request must pass before anything is done for it, and what every answer carries.
 *
 * Invariant: a request that changes something comes from a page of this console (its origin, and
 * for a session its token), and no page loads, frames or sends anything elsewhere.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { hostname } from "node:os";
import type { FastifyReply, FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";

/** Content Security Policy Level 3. Styles that scripts set are not inline styles. */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

const headers: Readonly<Record<string, string>> = {
  "content-security-policy": contentPolicy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // With no-referrer browsers would send forms with `Origin: null` (Fetch standard, section 3.2).
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "cache-control": "no-store",
};

export function protect(reply: FastifyReply, tls: boolean): void {
  reply.headers(headers);
  // A self-made certificate that a browser was made to accept must not lock its user out later.
  if (tls) reply.header("strict-transport-security", "max-age=86400");
}

/** Whether an address of a client may use the console: loopback, or one of `allow`, if any. */
export function isAllowed(address: string, allow: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const client = ipaddr.process(address);
  if (allow.length === 0 || client.range() === "loopback") return true;
  return allow.some((network) => {
    const [of, bits] = ipaddr.parseCIDR(network);
    return of.kind() === client.kind() && client.match(of, bits);
  });
}

/**
 * Whether a form was sent by a page of this console, by what browsers say of it (Fetch standard;
 * Origin of RFC 6454). Browsers that say nothing, text browsers mostly, pass: the token decides.
 */
export function isOwnOrigin(request: FastifyRequest): boolean {
  const { origin, host, "sec-fetch-site": site } = request.headers;
  if (typeof site === "string" && site !== "same-origin" && site !== "none") return false;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/**
 * Whether no other site's page can have sent a form under this name. A site may have its own name
 * resolved to this address (DNS rebinding): then its pages are of the console's origin for the
 * browser. An address and this machine's own names are none that it can have; with TLS the
 * certificate proves the name.
 */
export function isOwnName(request: FastifyRequest, tls: boolean): boolean {
  const { origin, host } = request.headers;
  if (tls || origin === undefined) return true;
  if (!URL.canParse(`http://${host}`)) return false;
  const name = new URL(`http://${host}`).hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  const own = name === "localhost" || name === hostname().toLowerCase();
  return own || name.endsWith(".localhost") || ipaddr.isValid(name);
}

/** Compares without showing where the difference is. */
export function isSame(given: string | null, wanted: string): boolean {
  const a = Buffer.from(given ?? "");
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The token of a form outside a session, bound to a cookie. */
export const signed = (secret: Buffer, nonce: string): string =>
  createHmac("sha256", secret).update(nonce).digest("base64url");

/** A path of this console to go back to; anything else leads to the first page. */
export const ownPath = (path: string | null): string =>
  path !== null && /^\/(?![/\\])[\w\-./?=&%+~]{0,500}$/.test(path) ? path : "/";
