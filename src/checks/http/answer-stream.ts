/**
 * Stands between a real server's connection and undici: passes the request on, reads the answer
 * with check/http-answer.ts, and hands undici the same answer in the plainest form of HTTP/1.1. Its
 * parser is stricter than the RFCs allow a client to be, and hands each chunk on by itself.
 */
import { Duplex } from "node:stream";
import type { AnswerRefusal, AnswerStep, HttpAnswer } from "../../check/http-answer.ts";

/** Called when no answer comes of it; nothing comes after that. */
export type Refuse = (refusal: AnswerRefusal | Error) => void;

/** `connection` stays the caller's to close. */
export function answerStream(connection: Duplex, answer: HttpAnswer, refuse: Refuse): Duplex {
  let headPassed = false;
  let over = false;
  const stream = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      connection.write(bytes, done);
    },
  });
  const take = (step: AnswerStep): void => {
    if (over) return;
    if (step.kind === "failed") {
      over = true;
      refuse(step);
      return;
    }
    if (answer.status !== null && !headPassed) {
      headPassed = true;
      stream.push(headOf(answer.status));
    }
    if (step.kind === "more") return;
    over = true;
    stream.push(bodyOf(answer));
  };
  connection.on("data", (bytes: Buffer) => over || take(answer.hear(bytes)));
  connection.once("end", () => take(answer.closed()));
  connection.once("error", (error) => {
    if (over) return;
    over = true;
    refuse(error);
  });
  connection.once("close", () => take(answer.closed()));
  return stream;
}

/** The body follows as one chunk, because its length is not known yet; 204 and 304 have none. */
const headOf = (status: number): string =>
  `HTTP/1.1 ${status} \r\nconnection: close\r\n${hasBody(status) ? "transfer-encoding: chunked\r\n" : ""}\r\n`;

const hasBody = (status: number): boolean => status !== 204 && status !== 304;

function bodyOf({ status, body }: HttpAnswer): Buffer {
  if (status === null || !hasBody(status)) return Buffer.alloc(0);
  const last = "0\r\n\r\n";
  if (body.length === 0) return Buffer.from(last);
  const size = Buffer.from(`${body.length.toString(16)}\r\n`);
  return Buffer.concat([size, body, Buffer.from(`\r\n${last}`)]);
}
