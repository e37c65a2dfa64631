/** The door to the kernel's rates and counters, through ipvsadm. */
import { parseRates, parseTotals, type Rates, type ServiceRates } from "../../kernel/ipvs-rates.ts";
import { isRefused, MachineError } from "../../model/error.ts";
import type { Listings } from "./listings.ts";

/** Throws MachineError. */
export async function readRates(listings: Listings): Promise<readonly ServiceRates[]> {
  const rates = parseRates(await listings.list("--rate"));
  if (isRefused<string>(rates))
    throw new MachineError(`ipvsadm -Ln --rate: cannot be understood: ${rates.detail}`);
  return rates as readonly ServiceRates[];
}

/** What each virtual service has counted. Throws MachineError. */
export async function readTotals(listings: Listings): Promise<ReadonlyMap<string, Rates>> {
  const totals = parseTotals(await listings.list("--stats"));
  if (isRefused<string>(totals))
    throw new MachineError(`ipvsadm -Ln --stats: cannot be understood: ${totals.detail}`);
  return totals as ReadonlyMap<string, Rates>;
}
