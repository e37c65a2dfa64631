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
interface IpvsadmNeed {
  readonly since: string;
  readonly what: string;
  readonly path: string;
  /** What does without it. */
  readonly instead: string;
}

/** Each option once, at the first virtual server that uses it. */
function ipvsadmNeeds({ virtualServers, connectionSync }: Config): readonly IpvsadmNeed[] {
  const ofFlags = (
    [
      ["1.27", "scheduler flags", /./],
      ["1.30", "the flags of the scheduler mh", /^mh-/],
    ] as const
  ).flatMap(([since, what, flag]): readonly IpvsadmNeed[] => {
    const server = virtualServers.find(
      ({ active, schedulerFlags }) => active && schedulerFlags.some((one) => flag.test(one)),
    );
    if (server === undefined) return [];
    const path = `virtual_servers.${server.name}.scheduler_flags`;
    return [{ since, what, path, instead: "write scheduler_flags: []" }];
  });
  if (connectionSync === null) return ofFlags;
  const what = "the size of synchronisation's datagrams (--sync-maxlen)";
  const instead = "leave out connection_sync";
  return [...ofFlags, { since: "1.29", what, path: "connection_sync", instead }];
}

/** The first releases that know tunnels other than IP in IP (--tun-type). */
const tunnelSince = { ipvsadm: "1.31", kernel: "5.3" } as const;

/** Something that the configuration asks for and this machine lacks, with its version named. */
export interface Lacking {
  readonly of: "kernel" | "ipvsadm";
  readonly message: string;
  readonly hint: string;
}

/** All that is lacking, as problems of this machine. */
export const missingOfIpvs = (config: Config, here: IpvsHere): readonly Problem[] =>
  lackingOfIpvs(config, here).map(({ message, hint }) => problemElsewhere(message, hint));

/** All that is lacking. */
export const lackingOfIpvs = (config: Config, here: IpvsHere): readonly Lacking[] => [
  ...neededModules(config)
    .filter(({ module }) => here.missingModules.has(module))
    .map(
      ({ module, path, what }): Lacking => ({
        of: "kernel",
        message: `${path}: this kernel${here.kernel === null ? "" : ` (${here.kernel})`} has no ${what}`,
        hint: `install a kernel with the module ${module}, or use another one`,
      }),
    ),
  ...ipvsadmNeeds(config)
    .filter(({ since }) => here.ipvsadm !== null && isOlder(here.ipvsadm, since))
    .map(
      ({ since, what, path, instead }): Lacking => ({
        of: "ipvsadm",
        message: `${path}: ipvsadm ${here.ipvsadm} does not know ${what}`,
        hint: `it takes ipvsadm ${since}; or ${instead}`,
      }),
    ),
  ...lackingForTunnels(config, here),
];

/** At the first real server whose tunnel is too new for either. */
function lackingForTunnels({ virtualServers }: Config, here: IpvsHere): readonly Lacking[] {
  const tunnelled = virtualServers
    .filter(({ active }) => active)
    .flatMap(({ name, realServers }) =>
      realServers.map((real) => ({
        real,
        path: `virtual_servers.${name}.real_servers.${real.name}`,
      })),
    )
    .find(({ real }) => real.forwarding === "tunnel" && real.tunnel.type !== "ipip");
  if (tunnelled === undefined) return [];
  const { type } = tunnelled.real.tunnel;
  return (["ipvsadm", "kernel"] as const).flatMap((of): readonly Lacking[] => {
    const found = here[of];
    if (found === null || !isOlder(found, tunnelSince[of])) return [];
    const message = `${tunnelled.path}: ${of} ${found} knows no tunnel of type ${type}`;
    return [{ of, message, hint: `it takes ${of} ${tunnelSince[of]}; ipip works here` }];
  });
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
