/**
 * The runner: takes commands from the daemon, one a connection, runs each as `runUnprivileged` does,
 * and answers how it ended. Its user owns nothing. Who may connect is the socket's mode.
 *
 * Invariant: a command does not outlive its connection, unless it ended well and may leave
 * something behind.
 */
import { createServer, type Server, type Socket } from "node:net";
import { isRefused, MachineError } from "../../model/error.ts";
import { type CommandEnd, runUnprivileged } from "../program/unprivileged.ts";
import { decodeOrder, encodeEnd, orderBytesMax } from "./message.ts";

/** Where to listen: a path, or a descriptor that listens already (sd_listen_fds(3)). */
export type ListenAt = { readonly path: string } | { readonly fd: number };

/** Serves until it is closed. Throws MachineError. */
export function startRunner(at: ListenAt): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, serve);
  return new Promise((resolve, reject) => {
    server.once("error", (thrown) =>
      reject(new MachineError(`the runner cannot listen: ${thrown.message}`, { cause: thrown })),
    );
    server.listen(at, () => resolve(server));
  });
}

function serve(socket: Socket): void {
  const gone = new AbortController();
  const end = (): void => gone.abort();
  // The daemon says nothing after its line: the end of its side is the end of its interest.
  socket.once("close", end).once("end", end).on("error", end);
  const pieces: Buffer[] = [];
  let length = 0;
  const take = (bytes: Buffer): void => {
    pieces.push(bytes);
    length += bytes.length;
    const whole = bytes.includes(0x0a);
    if (!whole && length <= orderBytesMax) return;
    socket.off("data", take);
    socket.resume();
    const line = whole ? Buffer.concat(pieces).toString("utf8") : "";
    void answer(line, gone.signal).then((ended) => socket.end(encodeEnd(ended)));
  };
  socket.on("data", take);
}

async function answer(line: string, signal: AbortSignal): Promise<CommandEnd> {
  const order = decodeOrder(line);
  if (isRefused<string>(order))
    return { kind: "not-started", why: new Error(`the order is not understood: ${order.refused}`) };
  return runUnprivileged({ ...order, signal });
}
