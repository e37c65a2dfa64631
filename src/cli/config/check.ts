/**
 * `lvsd check [--here]`: judges the configuration, its includes and its key file by the very code
 * of `run`; with `--here` also what only this machine knows. A key that is hidden from the user,
 * as from every operator, is left to the daemon to judge.
 */
import { resolve as absolute } from "node:path";
import { otherProcesses, type RunningSystem, runningSystem } from "../../advice/other-systems.ts";
import { unservableHere } from "../../config/address-kinds.ts";
import type { Config } from "../../config/config.ts";
import { missingOfIpvs, neededModules } from "../../config/forwarding/ipvs-needs.ts";
import {
  answeredHere,
  devicesFail,
  missingOrigins,
  missingOwnAddresses,
  resolveDevices,
  roleHere,
} from "../../config/on-this-machine.ts";
import { readConfig } from "../../config/read-config.ts";
import { hostsOf } from "../../config/servers/named-servers.ts";
import type { Places } from "../../keys/place.ts";
import { type Problem, problemElsewhere } from "../../keys/problem.ts";
import type { Role } from "../../model/router.ts";
import { missingFiles } from "../../system/examination/missing-files.ts";
import {
  diskFiles,
  isHidden,
  passwordProblems,
  readKeyFile,
} from "../../system/file/config-files.ts";
import { type Facts, readFacts } from "../../system/ip/facts.ts";
import { readIpvsFacts } from "../../system/ipvs/ipvs-facts.ts";
import { type Resolve, resolverWith, usualPlaces } from "../../system/names/resolver.ts";
import { processesNamed } from "../../system/process/processes.ts";
import { defaultConfig } from "../directories.ts";
import { complain, type ExitStatus, exit, type ReportOptions } from "../outcome.ts";
import { count } from "../report/plan.ts";
import type { Terminal } from "../terminal.ts";
import { unresolvedNames } from "./names-here.ts";
import { packetFilterProblems } from "./packet-filter-here.ts";

/** Exit status 2 where a file is at fault, 1 where only the machine is. */
export async function check(
  options: ReportOptions & {
    readonly here: boolean;
    /** Another program holds the VIPs here, and lvsd is to take its place. */
    readonly replacing?: boolean;
  },
  terminal: Terminal,
  resolve: Resolve = resolverWith(usualPlaces),
): Promise<ExitStatus> {
  const file = absolute(options.config ?? defaultConfig);
  const read = readConfig(file, diskFiles);
  const facts = options.here ? await readFacts() : null;
  // What balances nothing needs no IPVS.
  const balances = !("config" in read) || read.config.virtualServers.length > 0;
  const problems: Problem[] = facts === null ? [] : missingNeeds(facts, balances);
  // What is to be replaced holds the VIPs, as it should.
  const other =
    options.here && options.replacing !== true
      ? runningSystem(processesNamed(otherProcesses))
      : null;
  const names: Problem[] = [];
  let role: Role | null = null;
  if ("problems" in read) problems.unshift(...read.problems);
  else {
    const { config, places } = read;
    const hidden = isHidden(config.heartbeat.keyFile);
    const key = hidden ? { keys: [] } : readKeyFile(config, places);
    if (!isHidden(config.failover.fence?.passwordFile))
      problems.unshift(...passwordProblems(config, places));
    if ("problems" in key) problems.unshift(...key.problems);
    const interfaces = facts?.interfaces ?? null;
    if (interfaces !== null) {
      const found = judgeInterfaces(read.config, read.places, interfaces, {
        ...facts,
        replacing: options.replacing ?? false,
        other,
      });
      problems.push(...found.problems);
      role = found.role;
    }
    if (facts !== null && facts.ipvs !== "missing" && facts.programs.ipvsadm !== null)
      problems.push(...(await missingParts(config)));
    if (facts !== null) problems.push(...(await packetFilterProblems(config)));
    if (options.here) names.push(...(await unresolvedNames(config, places, resolve)));
  }
  if (problems.length > 0 || "problems" in read) {
    complain(terminal, problems, options.json);
    complain(terminal, names.map(asWarning));
    return problems.some((problem) => problem.file !== null) ? exit.invalid : exit.refused;
  }
  const { config } = read;
  const running = other?.claims === true ? [runsHere(other)] : [];
  const warnings = [...read.warnings, ...names, ...running];
  if (options.json) terminal.out(asJson(file, config, role, warnings));
  else {
    complain(terminal, warnings.map(asWarning));
    terminal.out(asText(file, config, role));
  }
  return exit.done;
}

const asWarning = (warning: Problem): Problem => ({
  ...warning,
  message: `warning: ${warning.message}`,
});

const runsHere = ({ label, instead }: RunningSystem): Problem =>
  problemElsewhere(`${label} runs here: it would claim VIPs next to lvsd`, instead);

const realServersOf = (config: Config): number =>
  config.virtualServers.reduce((sum, server) => sum + server.realServers.length, 0);

function asText(file: string, config: Config, role: Role | null): string {
  const sizes = [
    count(config.virtualServers.length, "virtual server"),
    count(realServersOf(config), "real server"),
    ...(hostsOf(config).length === 0 ? [] : [count(hostsOf(config).length, "host name")]),
    ...(config.failover.services.length === 0
      ? []
      : [count(config.failover.services.length, "failover service")]),
  ].join(", ");
  return `${file}: ok (${sizes})${role === null ? "" : `; this machine is the ${role}`}\n`;
}

const asJson = (
  file: string,
  config: Config,
  role: Role | null,
  warnings: readonly Problem[],
): string =>
  `${JSON.stringify({
    ok: true,
    file,
    serial: config.serial,
    hash: config.hash,
    role,
    virtual_servers: config.virtualServers.length,
    real_servers: realServersOf(config),
    host_names: hostsOf(config),
    warnings,
  })}\n`;

/** What lvsd needs of any machine and does not find here. */
function missingNeeds(facts: Facts, balances: boolean): Problem[] {
  const problems: Problem[] = [];
  for (const [program, debianPackage] of [
    ["ipvsadm", "ipvsadm"],
    ["ip", "iproute2"],
  ] as const)
    if (facts.programs[program] === null && (balances || program !== "ipvsadm"))
      problems.push(
        problemElsewhere(`${program} is not installed`, `apt-get install ${debianPackage}`),
      );
  if (facts.ipvs === "missing" && balances)
    problems.push(
      problemElsewhere(
        "this kernel has no IPVS: there is no /proc/net/ip_vs and no module ip_vs",
        "boot a kernel with CONFIG_IP_VS",
      ),
    );
  if (facts.interfaces === null)
    problems.push(problemElsewhere(`the interfaces cannot be read: ${facts.interfacesError}`));
  return problems;
}

/** What the virtual servers ask of IPVS that this kernel or this ipvsadm lacks. */
async function missingParts(config: Config): Promise<readonly Problem[]> {
  const modules = neededModules(config).map(({ module }) => module);
  return modules.length === 0 ? [] : missingOfIpvs(config, await readIpvsFacts(modules));
}

/** The own role, and whether every device of the configuration is here. */
function judgeInterfaces(
  config: Config,
  places: Places,
  interfaces: NonNullable<Facts["interfaces"]>,
  facts: Partial<Pick<Facts, "ipv6Off" | "loopbackAnswers">> & {
    readonly replacing: boolean;
    readonly other: RunningSystem | null;
  },
): { readonly role: Role | null; readonly problems: readonly Problem[] } {
  const here = roleHere(config, interfaces);
  const role = typeof here === "string" ? null : here.role;
  const resolved = resolveDevices(config, interfaces, places);
  const placed = "config" in resolved ? resolved.config : config;
  const ipv6 = (device: string): boolean => facts.ipv6Off?.includes(device) !== true;
  return {
    role,
    problems: [
      ...(typeof here === "string"
        ? [noRole[here](config)]
        : missingOwnAddresses(config, here.role, interfaces)),
      ...devicesFail(placed, { interfaces, ipv6 }, places),
      ...missingOrigins(places, role, interfaces),
      ...(facts.replacing
        ? []
        : answeredHere(placed, interfaces, facts.loopbackAnswers === true, facts.other)),
      ...unservableHere(config, interfaces),
      ...missingFiles({ config, places }),
      ...("problems" in resolved ? resolved.problems : []),
    ],
  };
}

const noRole: Readonly<Record<"neither" | "both", (config: Config) => Problem>> = {
  neither: () =>
    problemElsewhere(
      "no interface of this machine has an address of routers.primary or routers.backup",
      "lvsd run waits for one; lvsd run --role does not need it",
    ),
  both: (config) => ({
    file: config.path,
    line: null,
    column: null,
    message: "routers: this machine has addresses of the primary and of the backup",
    hint: "each router has its own addresses",
  }),
};
