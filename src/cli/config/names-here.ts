/**
 * `lvsd check --here`: host names of real servers that this machine cannot resolve now. They are no
 * error: a name server may be away, and the daemon goes on with the addresses that it knows.
 */
import pLimit from "p-limit";
import type { Config } from "../../config/config.ts";
import { hostsOf } from "../../config/servers/named-servers.ts";
import type { Places } from "../../keys/place.ts";
import type { Problem } from "../../keys/problem.ts";
import type { Resolve } from "../../system/names/resolver.ts";

/** Questions at a time; one that is not answered takes some seconds. */
const atOnceMax = 64;

/** One warning for each name that has no address, at the place of the name. */
export async function unresolvedNames(
  config: Config,
  places: Places,
  resolve: Resolve,
): Promise<readonly Problem[]> {
  const limit = pLimit(atOnceMax);
  const asked = hostsOf(config).map((host) =>
    limit(async (): Promise<readonly Problem[]> => {
      const { families, trouble } = await resolve(host);
      if (families.some(({ addresses }) => (addresses ?? []).length > 0)) return [];
      const { file = config.path, line = null, column = null, key = "" } = places.hosts[host] ?? {};
      return [
        {
          file,
          line,
          column,
          message: `${key}: ${host} does not resolve here now: ${trouble ?? "it has no address"}`,
          hint: "the daemon uses the addresses that it has kept, and goes on asking",
        },
      ];
    }),
  );
  return (await Promise.all(asked)).flat();
}
