/** Debian's ldirectord as another program starts it: its file, and how it is left behind. */
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { commandOf, type Machine } from "../machine/machine.ts";
import { addressesOf, type Topology } from "../machine/topology.ts";
import { linesOf } from "./originals.ts";

/** The pair's virtual server and real servers. */
export function ldirectordText(topology: Topology, log: string): string {
  const { vip, realServers } = addressesOf(topology);
  const reals = realServers.map((address) => `    real=${address}:80 masq 2\n`).join("");
  return `checktimeout=2
checkinterval=1
quiescent=no
logfile="${log}"
virtual=${vip}:80
${reals}    scheduler=wrr
    protocol=tcp
    checktype=connect
`;
}

/** As docs/migration.md has it: the table is saved, and stays when ldirectord ends. */
export async function keepTable(
  { r1 }: Lab,
  ldirectordCf: string,
  output: (...argv: string[]) => Promise<string>,
  theirs: readonly string[],
): Promise<void> {
  await output("sed", "-i", "1i cleanstop=no", ldirectordCf);
  await output("ldirectord", ldirectordCf, "reload");
  const saved = await r1.lvsd("ipvs", "save");
  expect(saved.status === 0 && linesOf(saved.stdout).join() === theirs.join(), "it is saved");
}

/** `pkill -KILL -x NAMES`, on this machine alone; returns when none of them runs. */
export async function killByName(machine: Machine, names: string): Promise<void> {
  await machine.output(
    ...["pkill", "-KILL", "-x", names],
    ...["--ns", `${machine.processes()[0]}`, "--nslist", "net"],
  );
  const killed = new RegExp(`^(?:${names})`);
  await waitFor(`none of ${names} runs on ${machine.name}`, 10_000, () => {
    return !machine.processes().some((pid) => killed.test(commandOf(pid)));
  });
}
