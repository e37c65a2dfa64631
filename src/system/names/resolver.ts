/**
 * Resolves host names: /etc/hosts first, then the name servers of /etc/resolv.conf, through c-ares.
 * It asks on sockets of its own and never in a thread that something else waits for; the C
 * library's getaddrinfo, which `dns.lookup` calls, would take one of four threads for each question.
 * Search lists are not applied: a name means the same whatever this machine's domain is.
 */
import { Resolver } from "node:dns/promises";
import type { Answer } from "../../health/names/name.ts";
import type { Family, HostName, IpAddress } from "../../model/address.ts";
import { parseAddress } from "../../model/address.ts";
import { ms, seconds } from "../../model/time.ts";
import { fromHosts } from "./hosts-file.ts";

/** Of one try at one server; c-ares doubles it with each round. */
const timeout = 1000;
const tries = 2;
/** The file may change at any time. */
const hostsTtl = seconds(10);

export interface ResolverPlaces {
  /** Name servers as `127.0.0.1:5353`; null: those of /etc/resolv.conf. */
  readonly servers: readonly string[] | null;
  readonly hosts: string;
}

export const usualPlaces: ResolverPlaces = { servers: null, hosts: "/etc/hosts" };

export type Resolve = (host: HostName) => Promise<Answer>;

/** Never throws. */
export const resolverWith =
  ({ servers, hosts }: ResolverPlaces): Resolve =>
  async (host) => {
    const written = await fromHosts(host, hosts);
    if (written.length > 0)
      return {
        families: [4, 6].map((of) => ofFamily(of as Family, written)),
        ttl: hostsTtl,
        trouble: null,
      };
    // Made anew: /etc/resolv.conf is read when a resolver is made.
    const resolver = new Resolver({ timeout, tries });
    if (servers !== null) resolver.setServers(servers);
    const [four, six] = await Promise.all([
      asked(4, () => resolver.resolve4(host, { ttl: true })),
      asked(6, () => resolver.resolve6(host, { ttl: true })),
    ]);
    const has = (four.addresses?.length ?? 0) + (six.addresses?.length ?? 0) > 0;
    const failed = [four, six].find(({ addresses }) => addresses === null);
    return {
      families: [four, six],
      ttl: ms(Math.min(four.ttl, six.ttl)),
      trouble: failed?.why ?? (has ? null : (four.why ?? six.why)),
    };
  };

const ofFamily = (of: Family, addresses: readonly IpAddress[]): Answer["families"][number] => ({
  family: of,
  addresses: addresses.filter((each) => each.includes(":") === (of === 6)),
});

interface Asked {
  readonly family: Family;
  readonly addresses: readonly IpAddress[] | null;
  /** In ms. */
  readonly ttl: number;
  readonly why: string | null;
}

/** What c-ares says where a name server knows that there is no such address. */
const noSuch = new Set(["ENODATA", "ENOTFOUND"]);

async function asked(
  of: Family,
  ask: () => Promise<readonly { readonly address: string; readonly ttl: number }[]>,
): Promise<Asked> {
  try {
    const records = await ask();
    return {
      family: of,
      addresses: records.flatMap(({ address }) => parseAddress(address) ?? []),
      ttl: Math.min(...records.map(({ ttl }) => ttl * 1000)),
      why: null,
    };
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";
    const isKnown = noSuch.has(code);
    return {
      family: of,
      addresses: isKnown ? [] : null,
      ttl: Number.POSITIVE_INFINITY,
      why: isKnown ? `the name servers know no address of it (${code})` : `no answer (${code})`,
    };
  }
}
