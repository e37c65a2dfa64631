/** The line that a real server's agent says. Bounded in time and length; not understood here. */
import { connect } from "node:net";
import { MachineError, messageOf } from "../../model/error.ts";
import type { Asked } from "./asked.ts";

const bytesMax = 1024;

/**
 * What an agent says up to its first line's end, or its own; `send` is said to it first. Throws
 * MachineError.
 */
export function askAgent(
  { address, port, timeout, signal }: Asked,
  send: Uint8Array | null,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    let heard = "";
    const end = (): void => {
      clearTimeout(late);
      signal.removeEventListener("abort", aborted);
      socket.destroy();
    };
    const fail = (why: string): void => {
      end();
      reject(new MachineError(`agent at ${address} port ${port}: ${why}`));
    };
    const late = setTimeout(() => fail(`no answer within ${timeout} ms`), timeout);
    const aborted = (): void => fail("not asked any more");
    signal.addEventListener("abort", aborted, { once: true });
    socket.on("connect", () => {
      if (send !== null) socket.write(send);
    });
    socket.on("data", (bytes: Buffer) => {
      heard += bytes.toString("latin1");
      if (!/[\r\n]/.test(heard) && heard.length < bytesMax) return;
      end();
      resolve(heard.slice(0, bytesMax));
    });
    socket.on("end", () => {
      end();
      resolve(heard);
    });
    socket.on("error", (error) => fail(messageOf(error)));
  });
}
