/**
 * What the init script of a guest has, whatever kernel the guest runs: the modules that it loads,
 * and how it settles, runs one command and powers off. Pure text; uml.ts and debian.ts mount.
 */
import { schedulers } from "../../../src/model/service.ts";

export interface GuestCommand {
  /** The program and its arguments, run in the guest as root. */
  readonly argv: readonly string[];
  /** The project's directory, wherever it lies. */
  readonly project: string;
  /** Host directory that the guest sees, writable, under the same path. */
  readonly out: string;
  /** Host directory for compiled code, writable: lets the next guest start its scenario faster. */
  readonly cache: string;
  /** The guest powers itself off after this time, whatever happens outside. */
  readonly limitSeconds: number;
  /** How long one of several programs in real time that want the processor goes before the others. */
  readonly turnMs: number;
}

/** A guest prints lines of its own before init starts; the scenario's output begins after this one. */
export const beginMarker = "== lab guest ready ==";

export const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Kernel modules that are loaded beforehand, so that no measurement waits for modprobe. */
export const modules: readonly string[] = [
  "ip_vs",
  "veth",
  "bridge",
  "bonding",
  "8021q",
  "dummy",
  "nf_conntrack",
  "sch_netem",
  "sch_prio",
  "cls_u32",
  ...schedulers.map((scheduler) => `ip_vs_${scheduler}`),
];

/**
 * As many bytes as a socket may keep, if it asks for them. One router's kernel tells here without a
 * pause in which the other's could take in what it is told, so that hundreds of datagrams wait.
 */
const socketBytesMax = 4 * 1024 * 1024;

/**
 * The end of every init script: settings, the command, its exit status in /run/out/rc, power off.
 *
 * The thread that carries packets when there are many does it for switches, clients and real
 * servers too, which no router can hold up by what it computes; so it goes before all of them.
 * Programs in real time are not held up either when they have used 95 % of a second: the kernel's
 * clock here goes by 10 ms and charges them with far more than they use.
 */
export const actScript = (command: GuestCommand): string => `ip link set lo up
stty -onlcr
echo -1 > /proc/sys/kernel/sched_rt_runtime_us
echo ${socketBytesMax} > /proc/sys/net/core/rmem_max
echo ${command.turnMs} > /proc/sys/kernel/sched_rr_timeslice_ms
chrt --fifo --pid 60 "$(pgrep -x ksoftirqd/0)"
( sleep ${command.limitSeconds}; echo o > /proc/sysrq-trigger ) </dev/null >/dev/null 2>&1 &
cd ${quote(command.project)}
echo ${beginMarker}
setsid -w ${command.argv.map(quote).join(" ")} </dev/null > >(cat) 2>&1
echo $? > /run/out/rc
sleep 0.2
sync
echo o > /proc/sysrq-trigger
sleep 5
`;
