/** A stranger's thread: sends the datagrams that it is told to, from its own address. */
import dgram from "node:dgram";
import { workerData } from "node:worker_threads";
import { serveQuestions } from "./resident-side.ts";

export interface SendQuestion {
  readonly address: string;
  readonly port: number;
  readonly payloads: readonly Uint8Array[];
}

const { ipv6 } = workerData as { readonly ipv6: boolean };
const socket = dgram.createSocket(ipv6 ? "udp6" : "udp4");

serveQuestions(async (question) => {
  const { address, port, payloads } = question as SendQuestion;
  for (const payload of payloads)
    await new Promise<void>((resolve, reject) => {
      socket.send(payload, port, address, (error) => (error === null ? resolve() : reject(error)));
    });
  return payloads.length;
});
