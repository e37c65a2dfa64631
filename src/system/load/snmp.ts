/** One value of a real server's SNMP agent (version 2c), by net-snmp. */
import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import snmp from "net-snmp";
import { MachineError, messageOf } from "../../model/error.ts";
import type { Asked } from "./asked.ts";

/** Community strings are words. */
const communityBytesMax = 256;

/** Asks for `oid`; a text or a number as its agent gives it. Throws MachineError. */
export async function askSnmp(
  { address, port, timeout, signal }: Asked,
  { oid, communityFile }: { readonly oid: string; readonly communityFile: string | null },
): Promise<string> {
  const community = communityFile === null ? "public" : await communityIn(communityFile);
  const session = snmp.createSession(address, community, {
    port,
    version: snmp.Version2c,
    transport: isIPv6(address) ? "udp6" : "udp4",
    // Two tries fit into the time.
    timeout: timeout / 2,
    retries: 1,
    backoff: 1,
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      const aborted = (): void => reject(new MachineError("not asked any more"));
      signal.addEventListener("abort", aborted, { once: true });
      session.on("error", reject);
      session.get([oid], (error, [varbind] = []) => {
        signal.removeEventListener("abort", aborted);
        if (error !== null) reject(error);
        else if (varbind === undefined) reject(new MachineError("an answer without a value"));
        else if (snmp.isVarbindError(varbind)) reject(new Error(snmp.varbindError(varbind)));
        else resolve(textOf(varbind.value));
      });
    });
  } catch (thrown) {
    const why = messageOf(thrown);
    throw new MachineError(`SNMP agent at ${address} port ${port}: ${why}`, { cause: thrown });
  } finally {
    session.close();
  }
}

const textOf = (value: unknown): string =>
  Buffer.isBuffer(value) ? value.toString("latin1") : String(value);

async function communityIn(path: string): Promise<string> {
  const text = await readFile(path, "latin1").catch((thrown: unknown) => {
    throw new MachineError(`community_file: ${messageOf(thrown)}`);
  });
  const community = text.trim();
  if (community === "" || community.length > communityBytesMax)
    throw new MachineError(`community_file: ${path} has no community`);
  return community;
}
