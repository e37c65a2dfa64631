/**
 * What the kernel has before a takeover, and how it gets it back when the takeover fails: the
 * addresses in the form in which they were, the IPVS table line by line.
 */
import { restoreLine } from "../../kernel/ip-text.ts";
import { family, printPrefix } from "../../model/address.ts";
import { ms } from "../../model/time.ts";
import { type Interface, openIp } from "../../system/ip/ip.ts";
import { openIpvsadm } from "../../system/ipvs/ipvsadm.ts";
import { runProgram } from "../../system/program/program.ts";
import { planChanges } from "../../table/plan.ts";
import type { Table } from "../../table/table.ts";

export interface KernelBefore {
  readonly interfaces: readonly Interface[];
  readonly table: Table;
}

const deadline = ms(10_000);

/** Throws MachineError. */
export async function readKernel(): Promise<KernelBefore> {
  const ip = openIp({});
  const ipvsadm = openIpvsadm();
  try {
    const interfaces = await ip.readInterfaces();
    return { interfaces, table: (await ipvsadm.readTable()).table };
  } finally {
    await Promise.all([ip.close(), ipvsadm.close()]);
  }
}

/** Puts back what is missing now; what it did, one line each. Throws MachineError. */
export async function putBack(before: KernelBefore): Promise<readonly string[]> {
  const now = await readKernel();
  const lines = missingAddresses(before, now);
  if (lines.length > 0)
    await runProgram({
      file: "ip",
      args: ["-force", "-batch", "-"],
      deadline,
      input: `${lines.join("\n")}\n`,
    });
  const { changes } = planChanges(now.table, before.table, new Set(now.table.keys()));
  const ipvsadm = openIpvsadm();
  try {
    if (changes.length > 0) await ipvsadm.apply(changes);
  } finally {
    await ipvsadm.close();
  }
  return [...lines, ...(changes.length > 0 ? [`${changes.length} lines of the IPVS table`] : [])];
}

/** Lines for `ip -batch -` that add again what has gone, in the form that it had. */
export function missingAddresses(
  before: Pick<KernelBefore, "interfaces">,
  now: Pick<KernelBefore, "interfaces">,
): readonly string[] {
  const there = new Set(
    now.interfaces.flatMap(({ name, addresses }) =>
      addresses.map(({ prefix }) => `${printPrefix(prefix)} ${name}`),
    ),
  );
  return before.interfaces.flatMap(({ name: device, addresses }) =>
    addresses
      .filter(({ prefix }) => !there.has(`${printPrefix(prefix)} ${device}`))
      .map(({ prefix, label }) => {
        if (family(prefix.address) === 6)
          return `addr add ${printPrefix(prefix)} dev ${device} nodad`;
        const vip = { prefix, device, label: label === device ? null : label };
        return restoreLine(vip);
      }),
  );
}
