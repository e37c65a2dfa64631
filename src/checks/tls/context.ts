/**
 * Contexts of TLS by what a check asks for. They are kept, since reading a file of authorities
 * costs more than the whole rest of a try, and made anew when one of their files has changed.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import type { TlsOptions } from "../../check/type.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import { readAuthorities, wrongWithAuthorities } from "./authorities.ts";

/** A context and the state of its files when it was made. */
interface Kept {
  readonly files: string;
  readonly context: SecureContext;
}

/** Contexts kept at once. A configuration names a handful of files. */
const contextsMax = 32;

const kept = new Map<string, Kept>();
let system: readonly string[] | null = null;

/** The context for these options. Throws MachineError, which names the file that is to blame. */
export function contextOf(options: TlsOptions): SecureContext {
  const { verify, certificate, key, minimum } = options;
  const ca = verify ? options.ca : null;
  const name = JSON.stringify([verify, ca, certificate, key, minimum]);
  const files = [ca, certificate, key].map(stateOf).join(" ");
  const known = kept.get(name);
  if (known?.files === files) return known.context;
  const context = createSecureContext({
    ...(verify && { ca: [...authorities(ca)] }),
    ...(certificate !== null && ownCertificate(certificate, key ?? certificate)),
    minVersion: `TLSv1${minimum === "1.0" ? "" : `.${minimum.slice(2)}`}` as "TLSv1.2",
    // OpenSSL keeps the old versions' signatures for level 0 (SSL_CTX_set_security_level(3)).
    ...((minimum === "1.0" || minimum === "1.1") && { ciphers: "DEFAULT@SECLEVEL=0" }),
  });
  const [oldest] = kept.keys();
  if (kept.size >= contextsMax && oldest !== undefined) kept.delete(oldest);
  kept.set(name, { files, context });
  return context;
}

/** When a file was changed, and its size; a file that is missing is found out by whoever reads it. */
function stateOf(path: string | null): string {
  if (path === null) return "-";
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "missing" : `${stat.mtimeMs}/${stat.size}`;
}

function authorities(ca: string | null): readonly string[] {
  if (ca === null) {
    const found = system ?? getCACertificates("system");
    system = found.length > 0 ? found : getCACertificates("bundled");
    return system;
  }
  try {
    return readAuthorities(ca);
  } catch (thrown) {
    const why = wrongWithAuthorities(ca) ?? messageOf(thrown);
    throw new MachineError(`tls.ca ${ca}: ${why}`, { cause: thrown });
  }
}

/** What this router shows. Of the key no error says anything but that it does not fit. */
function ownCertificate(certificate: string, key: string): { cert: Buffer; key: Buffer } {
  const read = <T>(name: string, path: string, parse: (bytes: Buffer) => T): [Buffer, T] => {
    try {
      const bytes = readFileSync(path);
      return [bytes, parse(bytes)];
    } catch (thrown) {
      const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
      const known: Readonly<Record<string, string>> = {
        ENOENT: "there is no such file",
        EACCES: "it may not be read",
        EISDIR: "it is a directory",
      };
      throw new MachineError(`tls.${name} ${path}: ${known[code] ?? `no ${name} in PEM`}`);
    }
  };
  const [cert, shown] = read("certificate", certificate, (bytes) => new X509Certificate(bytes));
  const [bytes, secret] = read("key", key, (content) => createPrivateKey(content));
  if (shown.checkPrivateKey(secret)) return { cert, key: bytes };
  throw new MachineError(`tls.key ${key}: it is not the key of ${certificate}`);
}
