/**
 * What OpenSSL and Node say of a connection over TLS that failed, in words that operators can act
 * on: without thread numbers, places in OpenSSL's source, and advice about options of Node's.
 */
import { codeOf, type Failed, failed, failedBy } from "../check-result.ts";

/** Why a handshake failed. */
export function refusedHandshake(error: Error): Failed {
  const code = codeOf(error);
  // No server hands out a certificate of the future: it is this machine's clock that is wrong.
  if (code === "CERT_NOT_YET_VALID") {
    const now = new Date().toISOString();
    return failed(
      "local",
      `the certificate is not valid yet; is this machine's clock right (${now})?`,
    );
  }
  const words = certificateWords[code];
  if (words !== undefined) return failed("tls", words);
  const plain = opensslWords(error.message);
  return plain === null ? failedBy(error, "tls") : failed("tls", plain);
}

/**
 * Why an open connection broke. With TLS 1.3 a server refuses a client without a certificate after
 * the handshake, as the client sees it (RFC 8446, section 4.4.2.4).
 */
export function brokenStream(error: Error): Failed {
  const plain = opensslWords(error.message);
  return plain === null ? failedBy(error, "closed") : failed("tls", plain);
}

const clientCertificate = "the real server asks for a client certificate";

/** Codes of OpenSSL's verification (openssl-verification-options(1)). */
const certificateWords: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is self-signed and not among the authorities",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate's authority is not among those that are believed",
  UNABLE_TO_GET_ISSUER_CERT: "the certificate's authority is not among those that are believed",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "the certificate's authority is not among those that are believed",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the certificate's authority is not among those that are believed, or not sent along",
  CERT_HAS_EXPIRED: "the certificate has expired",
};

/**
 * The part of `C0FE:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:
 * ../ssl/record/rec_layer_s3.c:908:SSL alert number 40` that means something to people.
 */
export function opensslWords(message: string): string | null {
  const [, reason] = /error:[0-9A-F]{8}:[^:]*:[^:]*:([^:]+)/i.exec(message) ?? [];
  if (reason === undefined) return null;
  const alert = /alert number (\d+)/.exec(message)?.[1];
  if (alert === "116") return clientCertificate;
  return reason.replace(/^(?:ssl\/tls|tlsv1|sslv3|tlsv13) alert/i, "the real server says").trim();
}
