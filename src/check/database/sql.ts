/** The keys that checks of SQL servers have in common. */
import { optional } from "../../keys/section.ts";
import { text } from "../../keys/shape.ts";
import {
  line,
  loginKeys,
  sayCharactersMax,
  settleLogin,
  settleTls,
  targetKeys,
  tlsKeys,
} from "../check-keys.ts";
import type { SettleContext, Sound } from "../type.ts";

export const sqlKeys = {
  ...targetKeys,
  ...loginKeys,
  database: optional(
    line("the name of a database", 256),
    "the server's choice",
    "The database that is opened.",
  ),
  query: optional(
    text({ what: "a query", max: sayCharactersMax }),
    "none",
    "What is asked after the login; it must give a row.",
  ),
  ...tlsKeys,
};

/** Undefined: faulty. */
export function settleSql(values: Sound<typeof sqlKeys>, context: SettleContext) {
  const { address, port, user, database, query } = values;
  const login = settleLogin(values, context);
  const tls = settleTls(values.tls, context);
  for (const key of ["query", "database"] as const)
    if (user === null && values[key] !== null) {
      context.complain(key, "there is no login", "add `user:` and `password_file:`");
      return undefined;
    }
  if (login === undefined || tls === undefined) return undefined;
  return { address, port, ...login, database, query, tls };
}

export const sqlHelp = [
  "- `query` runs with the rights of `user`, at each try: give it a user of its own with few rights and",
  "  a query that is cheap, such as `SELECT 1`. It passes when it gives a row.",
  "- An answer of more than 256 KiB fails.",
  "- With `tls` the login begins once TLS stands. A certificate is verified as `tls` says.",
] as const;
