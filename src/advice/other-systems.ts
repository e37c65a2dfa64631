/**
 * The programs in whose place lvsd comes, by the names of their processes, and how each is replaced
 * on a router that serves (docs/migration.md). Pure: what runs comes as an argument.
 */

/** A program that claims VIPs, or one that only programs the table. */
interface OtherSystem {
  /** The name of its process (proc(5), comm). */
  readonly process: string;
  readonly name: string;
  readonly claims: boolean;
  /** How lvsd takes its place while its addresses stay. */
  readonly instead: string;
}

const section = (title: string): string => `docs/migration.md, "${title}"`;

/** The first of these that runs is the one that holds the VIPs. */
const systems: readonly OtherSystem[] = [
  {
    process: "keepalived",
    name: "keepalived",
    claims: true,
    instead:
      "leave the address; lvsd takeover-from keepalived takes its place without a lost connection",
  },
  {
    process: "pacemakerd",
    name: "Pacemaker",
    claims: true,
    instead: `leave the address; crm_attribute --name maintenance-mode --update true, stop Pacemaker, then start lvsd: ${section("ldirectord")}`,
  },
  {
    process: "heartbeat",
    name: "Heartbeat",
    claims: true,
    instead: `leave the address; pkill -KILL -x 'heartbeat|ldirectord', then start lvsd: ${section("ldirectord")}`,
  },
  {
    process: "pulse",
    name: "Piranha",
    claims: true,
    instead: `leave the address; service pulse stop, the standby router first: ${section("Piranha")}`,
  },
  {
    process: "ldirectord",
    name: "ldirectord",
    claims: false,
    instead: `leave the address, which another program claims for it: ${section("ldirectord")}`,
  },
];

export const otherProcesses: readonly string[] = systems.map(({ process }) => process);

/** What runs here in the place that lvsd is to have. */
export interface RunningSystem {
  /** `keepalived (process 812)`. */
  readonly label: string;
  readonly claims: boolean;
  readonly instead: string;
}

/** Which system holds the VIPs of a machine with these processes; null: none that is known. */
export function runningSystem(
  running: readonly { readonly name: string; readonly pid: number }[],
): RunningSystem | null {
  for (const { process, name, claims, instead } of systems) {
    const found = running.find((each) => each.name === process);
    if (found !== undefined) return { label: `${name} (process ${found.pid})`, claims, instead };
  }
  return null;
}
