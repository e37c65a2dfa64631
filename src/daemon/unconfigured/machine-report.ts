/** What this machine has that a first configuration names: its devices with their addresses. */
import { hostname } from "node:os";
import type { MachineReport } from "../../control/reports/first-files.ts";
import { printPrefix } from "../../model/address.ts";
import { MachineError } from "../../model/error.ts";
import { readFacts } from "../../system/ip/facts.ts";

/** Throws MachineError where the devices cannot be read. */
export async function machineReport(): Promise<MachineReport> {
  const { interfaces, interfacesError } = await readFacts();
  if (interfaces === null) throw new MachineError(interfacesError ?? "no device can be read");
  return {
    hostname: hostname(),
    devices: interfaces
      .filter(({ name }) => name !== "lo")
      .map(({ name, up, addresses }) => ({
        name,
        up,
        addresses: addresses.map(({ prefix }) => printPrefix(prefix)),
      })),
  };
}
