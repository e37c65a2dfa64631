/**
 * Real servers as `lvsd realserver` prepares them: by its scripts, or at boot by its files for
 * ifupdown and systemd-networkd, run there as an operator would.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Format, MethodName } from "../../../src/advice/real-server/method.ts";
import { preparationOf } from "../../../src/advice/real-server/preparation.ts";
import { methodFor, prepare } from "../../../src/advice/real-server/prepare.ts";
import { readConfig } from "../../../src/config/read-config.ts";
import { diskFiles } from "../../../src/system/file/config-files.ts";
import { filesOf } from "../../advice/real-server/world.ts";
import { Unfulfilled } from "../instruments/wait.ts";
import { output } from "../machine/pipe.ts";

export interface Prepared {
  /** The machine on which the script runs. */
  readonly machine: string;
  readonly virtualServer: string;
  readonly realServer: string;
  readonly method?: MethodName;
  readonly undo?: boolean;
  /** Assignments of the script's environment. */
  readonly environment?: readonly string[];
}

/** This kernel has no nftables for IPv4, with which Debian's iptables sets its rules. */
const legacyTables =
  'mount --bind "$(readlink -f "$(command -v iptables-legacy)")" "$(readlink -f "$(command -v iptables-nft)")"';

/** The lines for vsftpd.conf(5) that a script printed, which its comments give the operator. */
export const vsftpdLines = (script: string): readonly string[] =>
  Array.from(script.matchAll(/^# {3}(pasv_\w+=\S+)$/gm), ([, line = ""]) => line);

/**
 * What `lvsd realserver` prints for a real server of a configuration file. The text comes from the
 * function behind the command: a program of Node takes seconds to start on a processor that all
 * share.
 */
function printed(file: string, asked: Prepared, format: Format): string {
  const { virtualServer, realServer, method, undo = false } = asked;
  const read = readConfig(file, diskFiles);
  const servers = "problems" in read ? [] : read.config.virtualServers;
  const server = servers.find(({ name }) => name === virtualServer);
  const chosen = server?.realServers.filter(({ name }) => name === realServer) ?? [];
  const [first] = chosen;
  if ("problems" in read || server === undefined || first === undefined)
    throw new Unfulfilled(`${file} has no real server ${virtualServer} ${realServer}`);
  const { forwarding } = first;
  const result = prepare(preparationOf(read.config, server, { realServers: chosen, forwarding }), {
    method: method ?? methodFor(forwarding),
    undo,
    format,
  });
  if ("refused" in result) throw new Unfulfilled(result.refused.message);
  return result.text;
}

/** Runs the script of a configuration file, and returns it. */
export async function prepareServer(file: string, asked: Prepared): Promise<string> {
  const { machine, virtualServer, method, environment = [] } = asked;
  const text = printed(file, asked, "script");
  const script = `/run/lab/${machine}-${virtualServer}.sh`;
  writeFileSync(script, text);
  // The scripts' memory is /run/lvsd-realserver, which the lab's machines would share; ip-netns(8)
  // gives the shell mounts of its own.
  const memory = `/run/lab/${machine}-memory`;
  const line = [
    `mkdir -p ${memory} /run/lvsd-realserver`,
    `mount --bind ${memory} /run/lvsd-realserver`,
    ...(method === "iptables" ? [legacyTables] : []),
    `exec env ${environment.join(" ")} sh ${script}`,
  ].join(" && ");
  await output("ip", "netns", "exec", machine, "sh", "-c", line);
  return text;
}

/** Takes back what a manager of networks has set. */
export type TakeBack = () => Promise<void>;

/** Brings up the devices of the printed /etc/network/interfaces.d with ifupdown. */
export async function bootByIfupdown(file: string, asked: Prepared): Promise<TakeBack> {
  const { machine, virtualServer } = asked;
  const files = Object.entries(filesOf(printed(file, asked, "ifupdown")));
  const interfaces = `/run/lab/${machine}-${virtualServer}.interfaces`;
  const [, stanzas = ""] = files.find(([path]) => path.startsWith("/etc/network/")) ?? [];
  writeFileSync(interfaces, stanzas);
  const run = (program: string): Promise<string> => {
    const line = `mkdir -p /run/network && exec ${program} --interfaces=${interfaces} -a`;
    return output("ip", "netns", "exec", machine, "sh", "-c", line);
  };
  await run("ifup");
  return async () => void (await run("ifdown"));
}

/** Has systemd-networkd do what the printed files say, until it is taken back. */
export async function bootByNetworkd(
  file: string,
  asked: Prepared,
  devices: readonly string[],
): Promise<TakeBack> {
  const { machine } = asked;
  const directory = `/run/lab/${machine}-networkd`;
  for (const [path, text] of Object.entries(filesOf(printed(file, asked, "networkd")))) {
    if (!path.startsWith("/etc/systemd/network/")) continue;
    const under = path.slice("/etc/systemd/network/".length);
    mkdirSync(join(directory, dirname(under)), { recursive: true });
    writeFileSync(join(directory, dirname(under), basename(under)), text);
  }
  // With /sys read-only it takes the place for a container, where no udev names devices.
  const line = [
    "mkdir -p /run/systemd",
    `mount --bind ${directory} /etc/systemd/network`,
    "mount -o remount,ro,bind /sys",
    "exec /lib/systemd/systemd-networkd",
  ].join(" && ");
  const child = spawn("ip", ["netns", "exec", machine, "sh", "-c", line], { stdio: "ignore" });
  return async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    rmSync(directory, { recursive: true });
    // It leaves what it has set, so that a restart of it interrupts nothing.
    for (const device of devices) {
      await output("ip", "-n", machine, "addr", "flush", "dev", device);
      await output("ip", "-n", machine, "link", "set", device, "down");
    }
  };
}
