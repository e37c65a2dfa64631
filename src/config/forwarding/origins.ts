/**
 * Where the tries of checks come from: what must hold of it, and what it is on one of the routers.
 * The file is the same on both, and a standby checks as well: an address that one of them lacks
 * would let it check nothing.
 */
import { type GivenOrigin, ownWords, type Source } from "../../check/origin-keys.ts";
import type { Complaints } from "../../keys/complaints.ts";
import { family, type IpAddress } from "../../model/address.ts";
import type { Origin } from "../../model/origin.ts";
import { type Role, roles } from "../../model/router.ts";
import { isPrivateMark, privateMarks } from "../../model/service.ts";
import type { WrittenOrigin } from "../check-draft.ts";
import { addressesOf, type Check, type Config, triedChecks } from "../config.ts";
import { addressOf, type Whole } from "../whole.ts";

/** The addresses of a source, or why there is none. */
type Sources = Readonly<Record<Role, IpAddress | null>>;

const isWord = (source: Source): source is (typeof ownWords)[number] =>
  ownWords.some((word) => word === source);

/** Where the tries of a check come from on the router of this role; undefined: anywhere. */
export function originOn(
  config: Pick<Config, "routers">,
  role: Role,
  check: Check,
): Origin | undefined | { readonly lacks: string } {
  const from: GivenOrigin | undefined = check.type === "none" ? undefined : check.from;
  if (from === undefined) return undefined;
  const { source } = from;
  if (source === null) return { ...from, source };
  if (isWord(source)) {
    const own = addressesOf(config as Config, role)?.[source] ?? null;
    return own === null
      ? { lacks: `routers.${role} has no ${source} address` }
      : { ...from, source: own };
  }
  return { ...from, source: typeof source === "string" ? source : source[role] };
}

/** The sources of the two routers as they are written. */
export function sourcesIn(source: Source, whole: Pick<Whole, "primary" | "backup">): Sources {
  if (!isWord(source))
    return typeof source === "string" ? { primary: source, backup: source } : source;
  const of = (router: Whole["backup"]): IpAddress | null => router?.values[source] ?? null;
  return { primary: of(whole.primary), backup: of(whole.backup) };
}

/** What must hold of where checks come from. */
export function originsArePossible(whole: Whole, complaints: Complaints): void {
  const owners = ownersOf(whole);
  for (const written of whole.checkOrigins) {
    sourceIsEverywhere(written, { whole, owners }, complaints);
    markIsFree(written, whole, complaints);
  }
  sourcesFitTargets(whole, complaints);
  sourcePortsAreApart(whole, complaints);
}

/** Who has an address for himself alone: a router, or whichever of the two is active. */
function ownersOf({ claims, primary, backup }: Whole): ReadonlyMap<string, string> {
  const owners = new Map<string, string>(
    claims.map(({ floating, path }) => [
      floating.prefix.address,
      `the floating address of ${path}, which only the active router has`,
    ]),
  );
  for (const router of [primary, backup])
    for (const key of ownWords) {
      const address = router?.values[key];
      if (router && address) owners.set(address, router.pathOf(key));
    }
  return owners;
}

function sourceIsEverywhere(
  { origin: { source }, spotOf, pathOf }: WrittenOrigin,
  { whole, owners }: { readonly whole: Whole; readonly owners: ReadonlyMap<string, string> },
  complaints: Complaints,
): void {
  if (source === null) return;
  const path = pathOf("source");
  const spot = spotOf("source");
  if (isWord(source)) {
    if (whole.primary !== undefined && whole.primary.values[source] === null)
      complaints.at(
        spot,
        `${path}: ${source}, and routers.primary has no ${source} address`,
        `add \`${source}:\` to both routers, or write an address`,
      );
    return;
  }
  const [one, hint] =
    typeof source === "string"
      ? [
          { primary: source, backup: source },
          "write `public` or `private`: each router has its own",
        ]
      : [source, "give addresses that these routers always have"];
  for (const role of roles) {
    const owner = owners.get(one[role]);
    const isOwn = owner?.startsWith(`routers.${role}.`) === true && typeof source !== "string";
    // A router alone has all that is written of it.
    const isAlone = whole.backup === null && owner?.startsWith("routers.") === true;
    if (owner === undefined || isOwn || isAlone) continue;
    complaints.at(spot, `${path}: ${one[role]} is ${owner}`, hint);
    return;
  }
}

/** A mark leads somewhere already where lvsd or a virtual server uses it. */
function markIsFree(
  { origin: { mark }, spotOf, pathOf }: WrittenOrigin,
  { virtualServers }: Whole,
  complaints: Complaints,
): void {
  if (mark === null) return;
  const path = pathOf("fwmark");
  const spot = spotOf("fwmark");
  if (isPrivateMark(mark)) {
    const message = `${path}: ${mark} belongs to the marks by which lvsd leads checks`;
    const last = privateMarks.from + privateMarks.count - 1;
    complaints.at(spot, message, `keep out of ${privateMarks.from} to ${last}`);
  }
  const server = virtualServers.find(
    ({ service }) => service?.kind === "mark" && service.fwmark === mark,
  );
  if (server === undefined || server.realServers.length <= 1) return;
  complaints.at(
    spot,
    `${path}: ${mark} is the mark of ${server.keys.path}, any of whose real servers would answer`,
    "use another mark, or `via: service` to check through IPVS",
  );
}

/** One family at both ends. Where a name leads to is not known here. */
function sourcesFitTargets(whole: Whole, complaints: Complaints): void {
  for (const { keys, check, spot } of checkedServers(whole))
    for (const one of triedChecks(check)) {
      const from = one.from?.source ?? null;
      const source = from === null ? null : sourcesIn(from, whole).primary;
      const to = ("address" in one ? one.address : null) ?? addressOf(keys);
      if (source === null || to === undefined || family(source) === family(to)) continue;
      const why = `its check comes from ${source}, and goes to ${to}, which is IPv${family(to)}`;
      complaints.at(spot, `${keys.path}: ${why}`, "give it a `source` of that family");
      return;
    }
}

/** Two connections cannot have both ends alike. */
function sourcePortsAreApart(whole: Whole, complaints: Complaints): void {
  const taken = new Map<string, string>();
  for (const { keys, port, check, spot } of checkedServers(whole))
    for (const one of triedChecks(check)) {
      const own = one.from?.port ?? null;
      const to = ("address" in one ? one.address : null) ?? addressOf(keys);
      if (own === null || to === undefined) continue;
      const { fall: _fall, rise: _rise, ...how } = one;
      const at = ("port" in one ? one.port : null) ?? port;
      const way = JSON.stringify([own, to, at]);
      const text = JSON.stringify(how);
      const other = taken.get(way) ?? text;
      taken.set(way, other);
      if (other === text) continue;
      const message = `${keys.path}: several checks go to port ${at} of ${to} from source port ${own}`;
      complaints.at(spot, message, "one at a time can: give each a `source_port` of its own");
      return;
    }
}

function* checkedServers({ virtualServers }: Whole) {
  for (const { realServers } of virtualServers)
    for (const { keys, port, check } of realServers)
      if (check !== undefined) yield { keys, port, check, spot: keys.spot };
}
