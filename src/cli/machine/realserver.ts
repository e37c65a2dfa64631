/** `lvsd realserver VS [RS]`: the script that prepares a real server. Needs no daemon. */
import { resolve } from "node:path";
import type { Format, MethodName } from "../../advice/real-server/method.ts";
import { preparationOf } from "../../advice/real-server/preparation.ts";
import { methodFor, prepare } from "../../advice/real-server/prepare.ts";
import type { RealServer, VirtualServer } from "../../config/config.ts";
import { readConfig } from "../../config/read-config.ts";
import { type Problem, problemElsewhere } from "../../keys/problem.ts";
import { suggest } from "../../keys/shape.ts";
import { diskFiles } from "../../system/file/config-files.ts";
import { defaultConfig } from "../directories.ts";
import { type CommonOptions, complain, type ExitStatus, exit } from "../outcome.ts";
import type { Terminal } from "../terminal.ts";

export interface RealServerOptions extends CommonOptions {
  readonly virtualServer: string;
  /** Null: all of the virtual server's. */
  readonly realServer: string | null;
  /** Null: by the forwarding. */
  readonly method: MethodName | null;
  readonly undo: boolean;
  readonly format: Format;
}

/** Prints the text; 1 where the configuration lacks what it needs, 2 for names that do not exist. */
export async function realserver(
  options: RealServerOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  const read = readConfig(resolve(options.config ?? defaultConfig), diskFiles);
  const failed = (problem: Problem, status: ExitStatus): ExitStatus => {
    complain(terminal, [problem]);
    return status;
  };
  if ("problems" in read) {
    complain(terminal, read.problems);
    return exit.invalid;
  }
  const { config } = read;
  const servers = config.virtualServers;
  const server = servers.find(({ name }) => name === options.virtualServer);
  if (server === undefined)
    return failed(unknown("virtual server", options.virtualServer, servers), exit.invalid);
  const chosen = chosenOf(server, options);
  if ("message" in chosen) return failed(chosen, exit.invalid);
  const { method, forwarding } = chosen;
  const result = prepare(preparationOf(config, server, { ...chosen, forwarding }), {
    method: method ?? methodFor(forwarding),
    undo: options.undo,
    format: options.format,
  });
  if ("refused" in result)
    return failed(problemElsewhere(result.refused.message, result.refused.hint), exit.refused);
  if (result.warning !== null) complain(terminal, [problemElsewhere(result.warning)]);
  terminal.out(result.text);
  return exit.done;
}

const unknown = (what: string, name: string, known: readonly { readonly name: string }[]) => {
  const names = known.map((one) => one.name);
  return problemElsewhere(`there is no ${what} ${name}`, suggest(name, names));
};

/** The real servers that are meant, and how packets reach them. */
function chosenOf(
  server: VirtualServer,
  { realServer, method }: Pick<RealServerOptions, "realServer" | "method">,
) {
  const all = server.realServers;
  const realServers: readonly RealServer[] =
    realServer === null ? all : all.filter(({ name }) => name === realServer);
  if (realServer !== null && realServers.length === 0)
    return unknown(`real server of ${server.name} called`, realServer, all);
  const forwardings = [...new Set(realServers.map(({ forwarding }) => forwarding))];
  if (forwardings.length > 1 && method === null)
    return problemElsewhere(
      `the real servers of ${server.name} are reached in several ways: ${forwardings.join(", ")}`,
      `name one: lvsd realserver ${server.name} ${realServers[0]?.name}`,
    );
  const [forwarding = "direct"] = forwardings;
  return { realServers, method, forwarding } as const;
}
