/** The text that node_exporter serves. Bounded in time and length; not understood here. */
import { request } from "undici";
import { MachineError, messageOf } from "../../model/error.ts";
import type { Asked } from "./asked.ts";

const bytesMax = 4 * 1024 * 1024;

/** The text under /metrics. Throws MachineError. */
export async function readMetrics({ address, port, timeout, signal }: Asked): Promise<string> {
  const host = address.includes(":") ? `[${address}]` : address;
  const url = `http://${host}:${port}/metrics`;
  try {
    const { statusCode, body } = await request(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      reset: true,
    });
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of body) {
      length += piece.length;
      if (length > bytesMax) throw new MachineError(`more than ${bytesMax} bytes`);
      pieces.push(piece);
    }
    if (statusCode !== 200) throw new MachineError(`status ${statusCode}, expected 200`);
    return Buffer.concat(pieces).toString("utf8");
  } catch (thrown) {
    throw new MachineError(`${url}: ${messageOf(thrown)}`, { cause: thrown });
  }
}
