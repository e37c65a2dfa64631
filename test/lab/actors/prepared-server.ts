/** Real servers that the scripts of `lvsd realserver` prepare, run there as an operator would. */
import { writeFileSync } from "node:fs";
import type { MethodName } from "../../../src/advice/real-server/method.ts";
import { preparationOf } from "../../../src/advice/real-server/preparation.ts";
import { methodFor, prepare } from "../../../src/advice/real-server/prepare.ts";
import { readConfig } from "../../../src/config/read-config.ts";
import { diskFiles } from "../../../src/system/file/config-files.ts";
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
 * Runs the script of a configuration file, and returns it. Its text comes from the function behind
 * the command: a program of Node takes seconds to start on a processor that all share.
 */
export async function prepareServer(file: string, asked: Prepared): Promise<string> {
  const { machine, virtualServer, realServer, method, undo = false, environment = [] } = asked;
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
    format: "script",
  });
  if ("refused" in result) throw new Unfulfilled(result.refused.message);
  const script = `/run/lab/${machine}-${virtualServer}.sh`;
  writeFileSync(script, result.text);
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
  return result.text;
}
