/** Tries of `mysql`: a login and a query by mysql2, on our connection. */
import { type Connection, createConnection, type QueryError } from "mysql2";
import type { MysqlCheck } from "../../check/database/mysql.ts";
import { messageOf } from "../../model/error.ts";
import {
  type CheckResult,
  codeOf,
  type Deadline,
  type Failed,
  failed,
  failedBy,
  passed,
} from "../check-result.ts";
import type { Endpoint } from "../target.ts";
import { type ClientStream, speakOn } from "./client-stream.ts";
import { readPassword } from "./password.ts";

/**
 * A greeting is a packet with the number 0 of version 10, or an error (MySQL, "Connection Phase").
 */
const strange = (heard: Uint8Array): boolean => {
  const [low = 0, middle = 0, high = 0, number = 0, kind = 10] = heard;
  return (low | (middle << 8) | (high << 16)) > 8192 || number !== 0 || ![10, 0xff].includes(kind);
};

/**
 * Access denied: the server works and lets no stranger in (MySQL, "Server Error Message
 * Reference").
 */
const refusesStrangers: ReadonlySet<number> = new Set([1044, 1045, 1251, 1698]);

/** How mysql2 begins TLS, which its types leave out. */
interface Upgrading {
  startTLS(onSecure: (error?: Error) => void): void;
}

export async function tryMysql(
  check: MysqlCheck,
  target: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  const password =
    check.passwordFile === null
      ? null
      : await readPassword(check.passwordFile, "password_file", deadline);
  if (typeof password === "object" && password !== null) return password;
  let connection: Connection | null = null;
  try {
    return await speakOn(target, deadline, {
      strange,
      speak(stream) {
        connection = connectOn(check, password, stream);
        return speak(check, connection, stream);
      },
      sorted: sort,
    });
  } finally {
    (connection as Connection | null)?.destroy();
  }
}

function connectOn(check: MysqlCheck, password: string | null, stream: ClientStream): Connection {
  const connection = createConnection({
    stream,
    user: check.user ?? "",
    password: password ?? "",
    ...(check.database !== null && { database: check.database }),
    ...(check.tls !== null && { ssl: {} }),
    // The deadline covers it.
    connectTimeout: 0,
    rowsAsArray: true,
    // Rows are read without code that is made at run time.
    disableEval: true,
  });
  // What comes after the first error.
  connection.on("error", () => {});
  const { tls } = check;
  // mysql2 would resume a session and so not see that a certificate has expired meanwhile, and would
  // compare no name where it was given an address.
  if (tls !== null)
    (connection as unknown as Upgrading).startTLS = (onSecure) => {
      stream.missing = "TLS handshake";
      stream.secure(tls).then((wrong) => {
        stream.missing = "login";
        onSecure(wrong === null ? undefined : new Error(wrong.why));
      }, onSecure);
    };
  return connection;
}

async function speak(
  check: MysqlCheck,
  connection: Connection,
  stream: ClientStream,
): Promise<CheckResult> {
  try {
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error === null ? resolve() : reject(error)));
      // Those who wait for nothing hear it as well.
      connection.once("error", reject);
    });
  } catch (thrown) {
    if (check.user === null && refusesStrangers.has(numberOf(thrown))) return passed;
    throw thrown;
  }
  try {
    return check.query === null ? passed : await ask(check.query, connection, stream);
  } finally {
    connection.end();
    await stream.left();
  }
}

async function ask(
  sql: string,
  connection: Connection,
  stream: ClientStream,
): Promise<CheckResult> {
  stream.missing = "answer to the query";
  const rows = await new Promise<unknown>((resolve, reject) => {
    connection.query({ sql }, (error, result) =>
      error === null ? resolve(result) : reject(error),
    );
  });
  if (Array.isArray(rows) && rows.length > 0) return passed;
  return failed("unexpected", "the query gave no row");
}

const numberOf = (thrown: unknown): number =>
  thrown instanceof Error ? ((thrown as QueryError).errno ?? 0) : 0;

function sort(thrown: unknown): Failed {
  const text = messageOf(thrown);
  const code = codeOf(thrown);
  const number = numberOf(thrown);
  if (number > 0) return failed("unexpected", `${number}: ${text}`);
  if (code === "HANDSHAKE_NO_SSL_SUPPORT") return failed("tls", "the server speaks no TLS");
  if (code === "PROTOCOL_CONNECTION_LOST") return failed("closed", "closed before the login ended");
  if (code === "AUTH_SWITCH_PLUGIN_ERROR") return failed("unexpected", text);
  return failedBy(new Error(text), "unreadable");
}
