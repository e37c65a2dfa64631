/**
 * The console's certificate: the operator's files, or one that the console makes itself and keeps.
 * A self-made one proves nothing but that the console is the one of last time, so its fingerprint
 * is logged, and it is made anew only when it ends.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { MachineError, messageOf } from "../model/error.ts";
import { readBounded, replaceFile } from "../system/file/files.ts";
import type { ConsoleSettings } from "./settings.ts";

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** SHA-256, as browsers show it; null: not self-made. */
  readonly fingerprint: string | null;
}

const fileName = "self-made.pem";
const fileBytesMax = 64 * 1024;
const dayMs = 86_400_000;
/** Browsers take at most 825 days of a certificate that was imported by hand. */
const daysValid = 820;
/** It is made anew so long before its end. */
const daysLeftMin = 30;

/** Null: plain HTTP. Throws MachineError where the files cannot be read or are no pair. */
export async function certificateOf(
  tls: ConsoleSettings["tls"],
  stateDir: string,
  wallMs: number,
): Promise<Certificate | null> {
  if (tls === null) return null;
  if (tls.certificate !== null && tls.key !== null) return given(tls.certificate, tls.key);
  return kept(stateDir, wallMs) ?? (await made(stateDir, wallMs));
}

/** A pair: an empty file would otherwise be taken as no certificate at all. */
function given(certificate: string, key: string): Certificate {
  const pair = { cert: read(certificate), key: read(key), fingerprint: null };
  const of = parsed(certificate, () => new X509Certificate(pair.cert));
  const privateKey = parsed(key, () => createPrivateKey(pair.key));
  if (!of.checkPrivateKey(privateKey))
    throw new MachineError(`console.tls: ${key} is not the key of ${certificate}`);
  return pair;
}

function parsed<Parsed>(path: string, parse: () => Parsed): Parsed {
  try {
    return parse();
  } catch (thrown) {
    throw new MachineError(`console.tls: ${path}: ${messageOf(thrown)}; PEM is expected`, {
      cause: thrown,
    });
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    const hint = "the user lvsd-console must be able to read it";
    throw new MachineError(`console.tls: ${path}: ${messageOf(thrown)}; ${hint}`, {
      cause: thrown,
    });
  }
}

function kept(stateDir: string, wallMs: number): Certificate | null {
  const text = readBounded(join(stateDir, fileName), fileBytesMax)?.toString("utf8") ?? "";
  const end = text.indexOf("-----BEGIN CERTIFICATE-----");
  if (end <= 0) return null;
  const key = text.slice(0, end);
  const cert = text.slice(end);
  try {
    const { validTo, fingerprint256: fingerprint } = new X509Certificate(cert);
    const left = (Date.parse(validTo) - wallMs) / dayMs;
    return left >= daysLeftMin ? { cert, key, fingerprint } : null;
  } catch {
    // It was damaged; another one takes its place.
    return null;
  }
}

async function made(stateDir: string, wallMs: number): Promise<Certificate> {
  // Rarely needed, and large.
  const { generate } = await import("selfsigned");
  const pem = await generate([{ name: "commonName", value: `lvsd console of ${hostname()}` }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    // A clock that is a little behind on the other side.
    notBeforeDate: new Date(wallMs - dayMs),
    notAfterDate: new Date(wallMs + daysValid * dayMs),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: hostname() },
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  replaceFile(join(stateDir, fileName), `${pem.private.trim()}\n${pem.cert.trim()}\n`, 0o600);
  const { fingerprint256: fingerprint } = new X509Certificate(pem.cert);
  return { cert: pem.cert, key: pem.private, fingerprint };
}
