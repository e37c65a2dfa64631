/** `mysql`: a MySQL or MariaDB server lets in, and answers a query. */
import { checkType, type ValueOf } from "../type.ts";
import { settleSql, sqlHelp, sqlKeys } from "./sql.ts";

export const mysql = checkType({
  name: "mysql",
  does: "connects, logs in if it has a login, and asks `query`",
  passes: "the login is accepted and the query gives a row; without a login the server refuses it",
  help: [
    "- Without `user` the check tries a login without name and password, and passes if the server refuses",
    "  it. The handshake is complete then, so that the server does not block this router for interrupted",
    "  ones (`max_connect_errors`). The server logs the refusals: a login is better.",
    "- Known ways to log in: mysql_native_password, caching_sha2_password, sha256_password.",
    ...sqlHelp,
  ],
  keys: sqlKeys,
  reasons: {
    unexpected:
      "the number and the message are the server's: 1045 password or host, 1049 database, 1040 too many connections, 1129 this router is blocked (`FLUSH HOSTS`), 1130 it may not log in from here",
    tls: "TLS there (`have_ssl`); renew the certificate, or correct `tls.ca`, `tls.sni`",
  },
  example:
    "{ type: mysql, user: probe, password_file: mysql.password, database: app, query: SELECT 1 }",
  settle: settleSql,
  runs: { by: "driver", driver: "mysql" },
});

export type MysqlCheck = ValueOf<typeof mysql>;
