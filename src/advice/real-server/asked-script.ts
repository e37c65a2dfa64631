/** The script for real servers of one virtual server, by the names that people give. */
import type { Config, RealServer, VirtualServer } from "../../config/config.ts";
import { type Problem, problemElsewhere } from "../../keys/problem.ts";
import { suggest } from "../../keys/shape.ts";
import type { Format, MethodName } from "./method.ts";
import { preparationOf } from "./preparation.ts";
import { methodFor, prepare } from "./prepare.ts";

export interface AskedScript {
  readonly virtualServer: string;
  /** Null: all of the virtual server's. */
  readonly realServer: string | null;
  /** Null: by the forwarding. */
  readonly method: MethodName | null;
  readonly undo: boolean;
  readonly format: Format;
}

export type Script =
  | {
      readonly kind: "script";
      readonly method: MethodName;
      readonly text: string;
      readonly warning: string | null;
    }
  /** `unknown`: a name does not exist; `lacking`: the configuration lacks what it needs. */
  | { readonly kind: "unknown" | "lacking"; readonly problem: Problem };

export function scriptFor(config: Config, asked: AskedScript): Script {
  const { virtualServers } = config;
  const server = virtualServers.find(({ name }) => name === asked.virtualServer);
  if (server === undefined) return unknown("virtual server", asked.virtualServer, virtualServers);
  const chosen = chosenOf(server, asked);
  if ("kind" in chosen) return chosen;
  const { forwarding, realServers } = chosen;
  const method = asked.method ?? methodFor(forwarding);
  const { undo, format } = asked;
  const result = prepare(preparationOf(config, server, { realServers, forwarding }), {
    method,
    undo,
    format,
  });
  if (!("refused" in result)) return { kind: "script", method, ...result };
  const { message, hint } = result.refused;
  return { kind: "lacking", problem: problemElsewhere(message, hint) };
}

function unknown(what: string, name: string, known: readonly { readonly name: string }[]): Script {
  const names = known.map((one) => one.name);
  const problem = problemElsewhere(`there is no ${what} ${name}`, suggest(name, names));
  return { kind: "unknown", problem };
}

/** The real servers that are meant, and how packets reach them. */
function chosenOf(server: VirtualServer, { realServer, method }: AskedScript) {
  const all = server.realServers;
  const realServers: readonly RealServer[] =
    realServer === null ? all : all.filter(({ name }) => name === realServer);
  if (realServer !== null && realServers.length === 0)
    return unknown(`real server of ${server.name} called`, realServer, all);
  const forwardings = [...new Set(realServers.map(({ forwarding }) => forwarding))];
  if (forwardings.length > 1 && method === null) {
    const problem = problemElsewhere(
      `the real servers of ${server.name} are reached in several ways: ${forwardings.join(", ")}`,
      `name one: lvsd realserver ${server.name} ${realServers[0]?.name}`,
    );
    return { kind: "unknown", problem } as const;
  }
  const [forwarding = "direct"] = forwardings;
  return { realServers, forwarding } as const;
}
