/** What this machine's kernel and ipvsadm can do beyond IPVS itself: facts for `check --here`. */
import { release } from "node:os";
import type { IpvsHere } from "../../config/forwarding/ipvs-needs.ts";
import { ms } from "../../model/time.ts";
import { runProgram } from "../program/program.ts";

const deadline = ms(5000);

/**
 * Asks modprobe for the modules and ipvsadm for its version, which makes the kernel load IPVS.
 * Never throws: what cannot be found out is null, or not missing.
 */
export async function readIpvsFacts(
  modules: readonly string[],
  path?: string | undefined,
): Promise<IpvsHere> {
  const knows = async (module: string): Promise<boolean> => {
    try {
      const args = ["--dry-run", "--quiet", module];
      await runProgram({ file: "modprobe", args, deadline, path });
      return true;
    } catch {
      return false;
    }
  };
  // Where IPVS itself is no module that modprobe knows, it does not know its parts either.
  const asked = (await knows("ip_vs")) ? modules : [];
  const missing: string[] = [];
  for (const module of asked) if (!(await knows(module))) missing.push(module);
  return { missingModules: new Set(missing), ipvsadm: await versionOf(path), kernel: release() };
}

/** `ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)`. */
async function versionOf(path: string | undefined): Promise<string | null> {
  try {
    const { stdout } = await runProgram({ file: "ipvsadm", args: ["--version"], deadline, path });
    return /^ipvsadm v([\d.]+)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}
