/** The second connection of a try, which brings a content and ends (FTP's data connection). */
import type { Socket } from "node:net";
import { bodyBytesMax } from "../check/http-answer.ts";
import { type Deadline, type Failed, failed } from "./check-result.ts";
import type { Fetching } from "./conversation.ts";
import { close, open } from "./stream.ts";
import type { Endpoint } from "./target.ts";

/**
 * Opens it. The returned function closes it, at whatever moment, and nothing is heard after that.
 */
export function fetchFrom(target: Endpoint, deadline: Deadline, fetching: Fetching): () => void {
  let over = false;
  let connection: Socket | null = null;
  const where = `the second connection, to port ${target.port}`;
  const lose = ({ reason, why }: Failed): void => {
    if (!over) fetching.failed(failed(reason, `${where}: ${why}`));
  };
  void open(target, deadline).then((opened) => {
    if (opened.kind === "failed") return lose(opened);
    if (over) return close(opened.connection);
    connection = opened.connection;
    const pieces: Buffer[] = [];
    let length = 0;
    connection.on("data", (bytes: Buffer) => {
      length += bytes.length;
      if (length > bodyBytesMax) lose(failed("too-long", `more than ${bodyBytesMax} bytes`));
      else pieces.push(bytes);
    });
    connection.once("end", () => over || fetching.fetched(Buffer.concat(pieces)));
    connection.once("error", (error) => lose(failed("closed", error.message)));
    fetching.opened();
  });
  return () => {
    over = true;
    if (connection !== null) close(connection);
  };
}
