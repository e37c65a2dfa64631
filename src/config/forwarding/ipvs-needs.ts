/**
 * What a configuration asks of this machine's kernel and of its ipvsadm beyond IPVS itself, and what
 * of that is missing. Pure: the facts come from system/ipvs/ipvs-facts.ts.
 */
import { type Problem, problemElsewhere } from "../../keys/problem.ts";
import type { Config } from "../config.ts";

/** A kernel module, and a place in the configuration that needs it. */
export interface NeededModule {
  readonly module: string;
  readonly path: string;
  readonly what: string;
}

/** What a machine has. Null: it could not be found out, and nothing is said of it. */
export interface IpvsHere {
  /** Of the modules that were asked for, those that the kernel does not have. */
  readonly missingModules: ReadonlySet<string>;
  /** `1.31`, of ipvsadm. */
  readonly ipvsadm: string | null;
  /** `6.1.0-18-amd64`. */
  readonly kernel: string | null;
}

/** Each module once, at the first virtual server that needs it. */
export function neededModules({ virtualServers }: Config): readonly NeededModule[] {
  const first = new Map<string, NeededModule>();
  const need = (module: string, path: string, what: string): void => {
    if (!first.has(module)) first.set(module, { module, path, what });
  };
  for (const { name, active, scheduler, persistence } of virtualServers) {
    if (!active) continue;
    const path = `virtual_servers.${name}`;
    need(`ip_vs_${scheduler}`, `${path}.scheduler`, `scheduler ${scheduler}`);
    const engine = persistence?.engine ?? null;
    if (engine !== null)
      need(`ip_vs_pe_${engine}`, `${path}.persistence.engine`, `persistence engine ${engine}`);
  }
  return [...first.values()];
}

/** An option of ipvsadm that the configuration uses, with the first release that knows it. */
export interface IpvsadmNeed {
  readonly since: string;
  readonly what: string;
  readonly path: string;
}

/** Each option once, at the first virtual server that uses it. */
export function ipvsadmNeeds({ virtualServers }: Config): readonly IpvsadmNeed[] {
  const first = (flag: RegExp) =>
    virtualServers.find(
      ({ active, schedulerFlags }) => active && schedulerFlags.some((one) => flag.test(one)),
    );
  return (
    [
      ["1.27", "scheduler flags", first(/./)],
      ["1.30", "the flags of the scheduler mh", first(/^mh-/)],
    ] as const
  ).flatMap(([since, what, server]) =>
    server === undefined
      ? []
      : [{ since, what, path: `virtual_servers.${server.name}.scheduler_flags` }],
  );
}

/** The first releases that know tunnels other than IP in IP (--tun-type). */
const tunnelSince = { ipvsadm: "1.31", kernel: "5.3" } as const;

/** What the configuration asks for and this machine lacks, with its version named. */
export function missingOfIpvs(config: Config, here: IpvsHere): readonly Problem[] {
  const ofModules = neededModules(config)
    .filter(({ module }) => here.missingModules.has(module))
    .map(({ module, path, what }) =>
      problemElsewhere(
        `${path}: this kernel${here.kernel === null ? "" : ` (${here.kernel})`} has no ${what}`,
        `install a kernel with the module ${module}, or use another one`,
      ),
    );
  const ofOptions = ipvsadmNeeds(config)
    .filter(({ since }) => here.ipvsadm !== null && isOlder(here.ipvsadm, since))
    .map(({ since, what, path }) =>
      problemElsewhere(
        `${path}: ipvsadm ${here.ipvsadm} does not know ${what}`,
        `it takes ipvsadm ${since}; or write scheduler_flags: []`,
      ),
    );
  const tunnelled = config.virtualServers
    .filter(({ active }) => active)
    .flatMap(({ name, realServers }) =>
      realServers.map((real) => ({
        real,
        path: `virtual_servers.${name}.real_servers.${real.name}`,
      })),
    )
    .find(({ real }) => real.forwarding === "tunnel" && real.tunnel.type !== "ipip");
  if (tunnelled === undefined) return [...ofModules, ...ofOptions];
  const { type } = tunnelled.real.tunnel;
  const ofVersions = (["ipvsadm", "kernel"] as const).flatMap((what) => {
    const found = here[what];
    if (found === null || !isOlder(found, tunnelSince[what])) return [];
    const message = `${tunnelled.path}: ${what} ${found} knows no tunnel of type ${type}`;
    return [problemElsewhere(message, `it takes ${what} ${tunnelSince[what]}; ipip works here`)];
  });
  return [...ofModules, ...ofOptions, ...ofVersions];
}

/** Whether a version comes before another; both begin with numbers and dots. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) =>
    (/^\d+(\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number),
  );
  for (const [at, part] of (right ?? []).entries()) {
    const other = left?.[at] ?? 0;
    if (other !== part) return other < part;
  }
  return false;
}
