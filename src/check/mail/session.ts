/**
 * What POP3, IMAP and NNTP have in common as checks: a greeting, TLS from the beginning or begun by
 * a command, and a login. Each protocol gives its dialogue and its words.
 */
import {
  alwaysTlsKeys,
  loginKeys,
  settleAlwaysTls,
  settleLogin,
  settleStartTls,
  startTlsKeys,
  targetKeys,
  tcpInTls,
  tcpThenTls,
} from "../check-keys.ts";
import type { Dialogue } from "../dialogue.ts";
import type { FailureReason } from "../reason.ts";
import { checkType } from "../type.ts";

/** What a dialogue has to do. */
export interface Session {
  readonly user: string | null;
  readonly password: string | null;
  /** Whether TLS is begun by the protocol's command. */
  readonly startTls: boolean;
}

/** What a declaration says in words. */
interface Words {
  readonly does: string;
  readonly passes: string;
  readonly help: readonly string[];
  readonly reasons: Partial<Readonly<Record<FailureReason, string>>>;
  readonly example: string;
}

/** A type that begins in the clear. `always`: the type that speaks TLS from the first byte. */
export const clearSession = <const Name extends string>(
  name: Name,
  { always }: { readonly always: string },
  words: Words,
  dialogue: (session: Session) => Dialogue,
) =>
  checkType({
    name,
    ...words,
    keys: { ...targetKeys, ...loginKeys, ...startTlsKeys(false) },
    settle(values, context) {
      const login = settleLogin(values, context);
      const tls = settleStartTls(values, context, always);
      if (login === undefined || tls === undefined) return undefined;
      return { address: values.address, port: values.port, ...login, tls };
    },
    runs: {
      by: "dialogue",
      transport: (check) => tcpThenTls(check),
      begin: ({ user, tls }, { password }) => dialogue({ user, password, startTls: tls !== null }),
    },
  });

/** A type that speaks TLS from the first byte. `without`: the type that does not. */
export const tlsSession = <const Name extends string>(
  name: Name,
  { without }: { readonly without: string },
  words: Words,
  dialogue: (session: Session) => Dialogue,
) =>
  checkType({
    name,
    ...words,
    keys: { ...targetKeys, ...loginKeys, ...alwaysTlsKeys },
    settle(values, context) {
      const login = settleLogin(values, context);
      const tls = settleAlwaysTls(values.tls, context, { type: name, without });
      if (login === undefined || tls === undefined) return undefined;
      return { address: values.address, port: values.port, ...login, tls };
    },
    runs: {
      by: "dialogue",
      transport: (check) => tcpInTls(check),
      begin: ({ user }, { password }) => dialogue({ user, password, startTls: false }),
    },
  });
