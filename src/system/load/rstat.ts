/** rpc.rstatd's statistics, as `rup` asks for them: the port mapper first, then the daemon. */
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import {
  type Answered,
  portCall,
  portMapperPort,
  readPort,
  readStats,
  statsCall,
} from "../../health/load/rstat.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import type { Asked } from "./asked.ts";

/** UDP loses datagrams: a call is sent again after so long, in ms. */
const again = 500;

/**
 * The load of the last minute. `port`: rstatd's; null: the port mapper is asked. Throws
 * MachineError.
 */
export async function askRstat(
  asked: Omit<Asked, "port"> & { readonly port: number | null },
): Promise<number> {
  const { address, timeout } = asked;
  // The port mapper's second version knows IPv4 alone, and so does Debian's rstatd.
  if (address.includes(":")) throw new MachineError("rstatd is asked over IPv4 only");
  const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(timeout)]);
  const socket = createSocket("udp4");
  try {
    const port =
      asked.port ??
      (await answer(socket, { address, port: portMapperPort, signal }, portCall, readPort));
    return await answer(socket, { address, port, signal }, statsCall, readStats);
  } catch (thrown) {
    throw new MachineError(`rstatd at ${address}: ${messageOf(thrown)}`, { cause: thrown });
  } finally {
    socket.close();
  }
}

/** Sends a call until its answer is there. */
function answer(
  socket: Socket,
  to: { readonly address: string; readonly port: number; readonly signal: AbortSignal },
  callOf: (id: number) => Buffer,
  read: (bytes: Uint8Array, id: number) => Answered<number> | null,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const id = randomBytes(4).readUInt32BE();
    const { address, port, signal } = to;
    const end = (): void => {
      clearInterval(sending);
      signal.removeEventListener("abort", late);
      socket.removeAllListeners();
      // One that comes after the end is dropped.
      socket.on("error", () => {});
    };
    const fail = (why: string): void => {
      end();
      reject(new MachineError(`port ${port}: ${why}`));
    };
    const late = (): void => fail("no answer in time");
    const send = (): void =>
      socket.send(callOf(id), port, address, (error) => {
        if (error !== null) fail(messageOf(error));
      });
    const sending = setInterval(send, again);
    socket.on("error", (error) => fail(messageOf(error)));
    socket.on("message", (bytes, from) => {
      const heard = from.address === address ? read(bytes, id) : null;
      if (heard === null) return;
      if (typeof heard !== "number") return fail(heard.trouble);
      end();
      resolve(heard);
    });
    if (signal.aborted) return late();
    signal.addEventListener("abort", late, { once: true });
    send();
  });
}
