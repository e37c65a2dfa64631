/** Tries of `pgsql`: a login and a query by pg, on our connection. */
import pg from "pg";
import type { PgsqlCheck } from "../../check/database/pgsql.ts";
import { messageOf } from "../../model/error.ts";
import {
  type CheckResult,
  type Deadline,
  type Failed,
  failed,
  failedBy,
  passed,
} from "../check-result.ts";
import type { Endpoint } from "../target.ts";
import { type ClientStream, speakOn } from "./client-stream.ts";
import { readPassword } from "./password.ts";

/** Who asks when the check has no login. */
const stranger = "lvsd";

/** SQLSTATE classes of a server that works and lets no stranger in (PostgreSQL, appendix A). */
const refusesStrangers = /^(?:28|3D)/;

/** A server begins with a message of these letters, a length, and little in it. */
const strange = (heard: Uint8Array): boolean => {
  const bytes = Buffer.from(heard.buffer, heard.byteOffset, heard.byteLength);
  if (!"RENv".includes(bytes.toString("latin1", 0, 1))) return true;
  return bytes.length >= 5 && bytes.readUInt32BE(1) > 0xffff;
};

/** PostgreSQL, "SSL Session Encryption": what is asked for, in place of a protocol version. */
const tlsRequest = Buffer.from("0000000804d2162f", "hex");

export async function tryPgsql(
  check: PgsqlCheck,
  target: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  const password =
    check.passwordFile === null
      ? null
      : await readPassword(check.passwordFile, "password_file", deadline);
  if (typeof password === "object" && password !== null) return password;
  return speakOn(target, deadline, {
    // To the request for TLS the server answers with one letter.
    strange: (heard) => (check.tls !== null && heard.length === 1 ? false : strange(heard)),
    speak: (stream) => speak(check, password, target, stream),
    sorted: sort,
  });
}

async function speak(
  check: PgsqlCheck,
  password: string | null,
  target: Endpoint,
  stream: ClientStream,
): Promise<CheckResult> {
  const wrong = check.tls === null ? null : await beginTls(check.tls, stream);
  if (wrong !== null) return wrong;
  const user = check.user ?? stranger;
  let asked = false;
  const client = new pg.Client({
    host: target.address,
    port: target.port,
    ssl: false,
    user,
    database: check.database ?? user,
    application_name: "lvsd",
    stream: () => stream as never,
    // A function, so that neither the environment nor ~/.pgpass is looked at.
    password: () => {
      asked = true;
      if (password === null) throw new Error("the server asks for a password");
      return password;
    },
  });
  // What comes after the first error.
  client.on("error", () => {});
  try {
    stream.missing = "login";
    await client.connect();
  } catch (thrown) {
    const code = thrown instanceof pg.DatabaseError ? (thrown.code ?? "") : "";
    if (check.user === null && (asked || refusesStrangers.test(code))) return passed;
    throw thrown;
  }
  try {
    return check.query === null ? passed : await ask(check.query, client, stream);
  } finally {
    // Not awaited: it waits for the server, which `left` does within a bound.
    void client.end().catch(() => {});
    await stream.left();
  }
}

async function ask(text: string, client: pg.Client, stream: ClientStream): Promise<CheckResult> {
  stream.missing = "answer to the query";
  const result = await client.query({ text, rowMode: "array" });
  // Of several statements each has a result.
  const last = [result].flat().at(-1);
  return (last?.rows.length ?? 0) > 0 ? passed : failed("unexpected", "the query gave no row");
}

async function beginTls(
  options: NonNullable<PgsqlCheck["tls"]>,
  stream: ClientStream,
): Promise<Failed | null> {
  stream.missing = "answer to the request for TLS";
  const answer = new Promise<Buffer>((resolve, reject) => {
    stream.once("data", resolve);
    stream.once("close", () => reject(new Error("closed")));
    stream.once("end", () => reject(new Error("closed")));
  });
  stream.write(tlsRequest);
  const letter = await answer.then(String, () => "");
  if (stream.fault !== null) return stream.fault;
  if (letter === "") return failed("closed", "closed before the answer to the request for TLS");
  if (letter === "N") return failed("tls", "the server speaks no TLS (ssl = off)");
  if (letter !== "S") return failed("unreadable", "the answer to the request for TLS is none");
  return stream.secure(options);
}

function sort(thrown: unknown): Failed {
  const text = messageOf(thrown);
  if (thrown instanceof pg.DatabaseError) return failed("unexpected", `${thrown.code}: ${text}`);
  if (/^Connection terminated/.test(text)) return failed("closed", "closed before the login ended");
  return failedBy(new Error(text), "unreadable");
}
