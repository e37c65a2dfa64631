/**
 * Files of certificate authorities, in PEM (RFC 7468). OpenSSL skips what it cannot read, so that a
 * truncated file would make every certificate look self-signed: here it is an error.
 */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { messageOf } from "../../model/error.ts";

const begin = "-----BEGIN CERTIFICATE-----";
const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The certificates of the file. Throws, with a message for people, when one cannot be read. */
export function readAuthorities(path: string): readonly string[] {
  const text = readFileSync(path, "latin1");
  const certificates = text.match(block) ?? [];
  const begun = text.split(begin).length - 1;
  if (begun === 0) throw new Error("holds no certificate in PEM");
  if (begun > certificates.length) throw new Error("ends within a certificate");
  for (const [index, certificate] of certificates.entries())
    try {
      new X509Certificate(certificate);
    } catch (thrown) {
      const why = messageOf(thrown).replace(/^error:[0-9A-F]+:/i, "");
      throw new Error(`certificate ${index + 1} cannot be read: ${why}`, { cause: thrown });
    }
  return certificates;
}

/** Why a file of authorities is of no use; null: it is sound. */
export function wrongWithAuthorities(path: string): string | null {
  try {
    readAuthorities(path);
    return null;
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
    if (code === "ENOENT") return "there is no such file";
    if (code === "EACCES") return "it may not be read";
    return messageOf(thrown);
  }
}
