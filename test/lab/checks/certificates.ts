/** Certificates for the tests of checks over TLS: a sound one, and each way in which one is not. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Workshop } from "./server-program.ts";

export type CertificateKind = "sound" | "expired" | "self-signed" | "wrong name";
export const certificateKinds = ["sound", "expired", "self-signed", "wrong name"] as const;

/** The name that checks ask for. */
export const serverName = "real.example";

export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

export interface Certificates {
  /** PEM file of the authority that signed all but the self-signed one. */
  readonly ca: string;
  readonly of: Readonly<Record<CertificateKind, Certificate>>;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Makes them in the workshop; keys belong to whoever runs the servers. */
export function makeCertificates(workshop: Workshop): Certificates {
  const at = (name: string): string => join(workshop.path, name);
  const openssl = (args: readonly string[]): void => {
    execFileSync("openssl", args, { stdio: "pipe" });
  };
  const caKey = at("ca.key");
  const ca = at("ca.pem");
  openssl([
    "req",
    "-x509",
    ...newKey,
    "-days",
    "2",
    "-subj",
    "/CN=lvsd test authority",
    "-keyout",
    caKey,
    "-out",
    ca,
  ]);
  const make = (kind: CertificateKind): Certificate => {
    const file = kind.replace(" ", "-");
    const name = kind === "wrong name" ? "other.example" : serverName;
    const key = at(`${file}.key`);
    const request = at(`${file}.csr`);
    const certificate = at(`${file}.pem`);
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
    if (kind === "self-signed")
      openssl([
        "req",
        "-x509",
        ...newKey,
        "-days",
        "2",
        ...subject,
        "-keyout",
        key,
        "-out",
        certificate,
      ]);
    else {
      openssl(["req", ...newKey, ...subject, "-keyout", key, "-out", request]);
      openssl([
        "x509",
        "-req",
        "-in",
        request,
        "-CA",
        ca,
        "-CAkey",
        caKey,
        "-CAcreateserial",
        "-days",
        kind === "expired" ? "-1" : "2",
        "-copy_extensions",
        "copy",
        "-out",
        certificate,
      ]);
    }
    // Written again, so that it belongs to whoever runs the servers.
    workshop.file(`${file}.key`, readFileSync(key));
    workshop.file(`${file}.pem`, readFileSync(certificate));
    return { key, certificate };
  };
  const kinds = certificateKinds.map((kind) => [kind, make(kind)] as const);
  workshop.file("ca.pem", readFileSync(ca));
  return { ca, of: Object.fromEntries(kinds) as Record<CertificateKind, Certificate> };
}
