/** What this machine has of what lvsd needs: facts for `check --here`, judged elsewhere. */
import { existsSync, readFileSync } from "node:fs";
import { messageOf } from "../../model/error.ts";
import { ms } from "../../model/time.ts";
import { openSysctl, takesIpv6 } from "../file/sysctl.ts";
import { findProgram, runProgram } from "../program/program.ts";
import { type Interface, openIp } from "./ip.ts";

/** The capabilities that lvsd asks for, by their numbers (capability.h). */
export const capabilities = {
  CAP_NET_BIND_SERVICE: 10,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
} as const;
export type Capability = keyof typeof capabilities;

export interface Facts {
  /** Absolute path of each program, null where it is missing. */
  readonly programs: { readonly ipvsadm: string | null; readonly ip: string | null };
  /** `ready`: the kernel has IPVS; `loadable`: modprobe knows the module; else `missing`. */
  readonly ipvs: "ready" | "loadable" | "missing";
  /** Null when they could not be read, with the reason in `interfacesError`. */
  readonly interfaces: readonly Interface[] | null;
  readonly interfacesError: string | null;
  /** Names of the devices that take no IPv6 addresses. */
  readonly ipv6Off: readonly string[];
  /** ARP questions for addresses of the loopback device are answered (arp_ignore is 0 somewhere). */
  readonly loopbackAnswers: boolean;
  /** Those of lvsd's capabilities that this process has. */
  readonly capabilities: readonly Capability[];
}

export interface FactsOptions {
  /** Where programs are looked for; default `systemPath`. */
  readonly path?: string | undefined;
  /** Default `/proc`. */
  readonly proc?: string;
}

function ownCapabilities(proc: string): readonly Capability[] {
  const status = readFileSync(`${proc}/self/status`, "latin1");
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return (Object.keys(capabilities) as Capability[]).filter(
    (name) => ((effective >> BigInt(capabilities[name])) & 1n) === 1n,
  );
}

async function ipvsOf(proc: string, path: string | undefined): Promise<Facts["ipvs"]> {
  if (existsSync(`${proc}/net/ip_vs`)) return "ready";
  try {
    const args = ["--dry-run", "--quiet", "ip_vs"];
    await runProgram({ file: "modprobe", args, deadline: ms(5000), path });
    return "loadable";
  } catch {
    return "missing";
  }
}

/** Reads all facts. Never throws: what cannot be read is missing. */
export async function readFacts({ path, proc = "/proc" }: FactsOptions = {}): Promise<Facts> {
  const ip = openIp({ path });
  let interfaces: readonly Interface[] | null = null;
  let interfacesError: string | null = null;
  try {
    interfaces = await ip.readInterfaces();
  } catch (thrown) {
    interfacesError = messageOf(thrown);
  } finally {
    await ip.close();
  }
  const sysctl = openSysctl(`${proc}/sys`);
  const devices = (interfaces ?? []).map(({ name }) => name).filter((name) => name !== "lo");
  const ignores = (name: string): boolean =>
    Number(sysctl.read(`net/ipv4/conf/${name}/arp_ignore`) ?? 0) > 0;
  return {
    ipv6Off: devices.filter((name) => !takesIpv6(sysctl, name)),
    loopbackAnswers: !ignores("all") && !devices.every(ignores),
    programs: { ipvsadm: findProgram("ipvsadm", path), ip: findProgram("ip", path) },
    ipvs: await ipvsOf(proc, path),
    interfaces,
    interfacesError,
    capabilities: ownCapabilities(proc),
  };
}
