/** What a status says of this router's own way to the real servers, and of their names. */
import type { DaemonFacts, Unreached } from "./facts.ts";

/** As much of a status as this is about. */
interface ShownServers {
  readonly virtual_servers: readonly {
    readonly name: string;
    readonly real_servers: readonly {
      readonly name: string;
      readonly own_path?: { readonly reached: boolean; readonly why: string | null };
    }[];
  }[];
}

/** The real servers that the active router reaches and this one, which does not check, does not. */
export const unreachedIn = ({ virtual_servers }: ShownServers): readonly Unreached[] =>
  virtual_servers.flatMap(({ name, real_servers }) =>
    real_servers.flatMap((server) =>
      server.own_path?.reached === false
        ? [{ realServer: `${name}/${server.name}`, why: server.own_path.why ?? "" }]
        : [],
    ),
  );

/** As much of a status as that is about. */
interface ShownNames {
  readonly names: readonly {
    readonly name: string;
    readonly addresses: readonly string[];
    readonly last_error: string | null;
  }[];
}

/** The host names of real servers without an answer. */
export const unresolvedIn = ({ names }: ShownNames): DaemonFacts["unresolved"] =>
  names.flatMap(({ name, last_error: why, addresses }) =>
    why === null ? [] : [{ name, why, addresses: addresses.length }],
  );
