/** The door to the kernel's rates and counters, through ipvsadm. */
import { parseRates, parseTotals, type Rates, type ServiceRates } from "../../kernel/ipvs-rates.ts";
import { isRefused, MachineError } from "../../model/error.ts";
import { ms } from "../../model/time.ts";
import { runProgram } from "../program/program.ts";

const deadline = ms(4000);

/** Throws MachineError. `path`: where ipvsadm is looked for. */
export async function readRates(path?: string): Promise<readonly ServiceRates[]> {
  const args = ["-Ln", "--rate", "--exact"];
  const { stdout } = await runProgram({ file: "ipvsadm", args, deadline, path });
  const rates = parseRates(stdout);
  if (isRefused<string>(rates))
    throw new MachineError(`ipvsadm -Ln --rate: cannot be understood: ${rates.detail}`);
  return rates as readonly ServiceRates[];
}

/** What each virtual service has counted. Throws MachineError. */
export async function readTotals(path?: string): Promise<ReadonlyMap<string, Rates>> {
  const args = ["-Ln", "--stats", "--exact"];
  const { stdout } = await runProgram({ file: "ipvsadm", args, deadline, path });
  const totals = parseTotals(stdout);
  if (isRefused<string>(totals))
    throw new MachineError(`ipvsadm -Ln --stats: cannot be understood: ${totals.detail}`);
  return totals as ReadonlyMap<string, Rates>;
}
