/**
 * Has operators' programs run by the runner (`lvsd runner`), which is another user than the daemon.
 * One connection for each program; its end before the answer ends the program.
 */
import { connect } from "node:net";
import { isRefused, messageOf } from "../../model/error.ts";
import type { CommandEnd, CommandRun, RunCommand } from "../program/unprivileged.ts";
import { answerBytesMax, decodeEnd, encodeOrder } from "./message.ts";

/** Runs commands through the runner that listens at `path`. As `runUnprivileged`: never rejects. */
export const throughRunner =
  (path: string): RunCommand =>
  (run) =>
    run.signal.aborted ? Promise.resolve({ kind: "late" }) : ordered(path, run);

function ordered(path: string, run: CommandRun): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let length = 0;
    const socket = connect(path);
    const finish = (end: CommandEnd): void => {
      run.signal.removeEventListener("abort", expire);
      socket.destroy();
      resolve(end);
    };
    const expire = (): void => finish({ kind: "late" });
    const broken = (why: string): void =>
      finish({ kind: "not-started", why: new Error(`the runner of commands at ${path}: ${why}`) });
    run.signal.addEventListener("abort", expire, { once: true });
    socket.once("connect", () => socket.write(encodeOrder(run)));
    socket.on("data", (bytes: Buffer) => {
      pieces.push(bytes);
      length += bytes.length;
      if (length > answerBytesMax) broken("its answer has no end");
    });
    socket.once("error", (thrown) => broken(messageOf(thrown)));
    socket.once("end", () => {
      const end = decodeEnd(Buffer.concat(pieces).toString("utf8"));
      if (isRefused<string>(end)) broken(`it ended without an answer (${end.refused})`);
      else finish(end);
    });
  });
}
