/** `ldap` and `ldaps`: a bind and, where it is wanted, a search (RFC 4511). */
import { optional, preset } from "../../keys/section.ts";
import { choice, text } from "../../keys/shape.ts";
import {
  alwaysTlsKeys,
  expectKeys,
  judgeExpect,
  line,
  loginKeys,
  sayCharactersMax,
  settleAlwaysTls,
  settleLogin,
  settleStartTls,
  startTlsKeys,
  type TlsOptions,
  targetKeys,
} from "../check-keys.ts";
import { checkType, type SettleContext, type Sound, type ValueOf } from "../type.ts";

const ldapKeys = {
  ...targetKeys,
  ...loginKeys,
  base: optional(
    text({ what: "a distinguished name", max: 1024 }),
    "no search",
    "The entry at which a search begins; the empty text is the server's own entry (root DSE).",
  ),
  scope: preset(
    choice("scope", ["base", "one", "sub"]),
    "base",
    "Whether the entry itself is looked at, the entries below it, or all of its tree.",
  ),
  filter: preset(
    line("a filter", sayCharactersMax),
    "(objectClass=*)",
    "What an entry must be like (RFC 4515).",
  ),
  ...expectKeys("the entry that is found"),
};

const help = [
  "- Without `user`, which is a distinguished name, the bind is anonymous.",
  "- With `base` one entry is asked for, the first that fits. `expect` looks at it as LDIF has it: the",
  "  line `dn: ...`, then a line `attribute: value` for each value, 64 KiB at most.",
  "- Referrals are not followed. An answer of more than 256 KiB fails.",
];

const reasons = {
  unexpected:
    "the name and the number are the server's result (RFC 4511, appendix A): 49 user or password, 48 it wants a user, 32 `base`, 50 access, 53 it wants TLS",
  local: "`filter` is none, a file of this router is missing, or as for every type",
} as const;

function settleSearch(
  values: Omit<Sound<typeof ldapKeys>, "tls">,
  tls: TlsOptions | null | undefined,
  upgrade: boolean,
  context: SettleContext,
) {
  const { address, port, base, scope, filter, expect, regex } = values;
  const login = settleLogin(values, context);
  const fits = judgeExpect({ expect, regex }, context);
  for (const key of ["filter", "scope", "expect"] as const)
    if (base === null && context.gives(key)) {
      context.complain(key, "there is no search", "add `base:`");
      return undefined;
    }
  if (login === undefined || tls === undefined || !fits) return undefined;
  return { address, port, ...login, base, scope, filter, expect, regex, tls, upgrade };
}

export const ldap = checkType({
  name: "ldap",
  does: "connects and binds, and searches if it has a `base`",
  passes: "the bind is accepted, and an entry is found that fits `expect`",
  help: [...help, "- Without `starttls` the password is sent in the clear."],
  keys: { ...ldapKeys, ...startTlsKeys(false) },
  reasons,
  example:
    '{ type: ldap, starttls: true, user: "cn=probe,dc=example,dc=com", password_file: ldap.password, base: "dc=example,dc=com" }',
  settle: (values, context) =>
    settleSearch(values, settleStartTls(values, context, "ldaps"), true, context),
  runs: { by: "driver", driver: "ldap" },
});

export const ldaps = checkType({
  name: "ldaps",
  does: "the same, over TLS from the first byte",
  passes: "the same",
  help: ["- As `ldap`."],
  keys: { ...ldapKeys, ...alwaysTlsKeys },
  reasons,
  example: '{ type: ldaps, base: "", tls: { ca: ca.pem, sni: ldap.example.com } }',
  settle(values, context) {
    const tls = settleAlwaysTls(values.tls, context, { type: "ldaps", without: "ldap" });
    return settleSearch(values, tls, false, context);
  },
  runs: { by: "driver", driver: "ldap" },
});

export type LdapCheck = ValueOf<typeof ldap> | ValueOf<typeof ldaps>;
