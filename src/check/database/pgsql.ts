/** `pgsql`: a PostgreSQL server lets in, and answers a query. */
import { checkType, type ValueOf } from "../type.ts";
import { settleSql, sqlHelp, sqlKeys } from "./sql.ts";

export const pgsql = checkType({
  name: "pgsql",
  does: "connects, logs in if it has a login, and asks `query`",
  passes:
    "the login is accepted and the query gives a row; without a login the server asks for one",
  help: [
    "- Without `user` the check connects as the user `lvsd`, and passes if the server requests its password",
    "  or does not know it. The server logs this: a login is better.",
    "- Passwords are sent as the server asks: SCRAM-SHA-256, MD5, or in the clear.",
    ...sqlHelp,
  ],
  keys: sqlKeys,
  reasons: {
    unexpected:
      "the SQLSTATE and the message are the server's: 28P01 password, 28000 pg_hba.conf, 3D000 database, 53300 too many clients, 57P03 it starts or stops",
    tls: "`ssl = on` there; renew the certificate, or correct `tls.ca`, `tls.sni`",
  },
  example:
    "{ type: pgsql, user: probe, password_file: pgsql.password, database: app, query: SELECT 1 }",
  settle: settleSql,
  runs: { by: "driver", driver: "pgsql" },
});

export type PgsqlCheck = ValueOf<typeof pgsql>;
