/** What must hold between the keys of a virtual server's life and its real servers. */
import type { Complaints } from "../../keys/complaints.ts";
import { family, type IpAddress, printEndpoint } from "../../model/address.ts";
import { type Checks, triedChecks } from "../config.ts";
import { addressOf, type VirtualServerWhole, type Whole } from "../whole.ts";
import { allOf, countedServers, downFrom, printAmount, type Quorum, upFrom } from "./quorum.ts";
import { givesWeight } from "./weight-scale.ts";

type Rule = (whole: Whole, complaints: Complaints) => void;

const forEach =
  (judge: (server: VirtualServerWhole, complaints: Complaints, whole: Whole) => void): Rule =>
  (whole, complaints) => {
    for (const server of whole.virtualServers) judge(server, complaints, whole);
  };

/** A quorum that its real servers can never reach, or that leaves it up and down at once. */
const quorumIsPossible = forEach(({ keys, realServers }, complaints) => {
  const { quorum } = keys.values;
  // The default is out of reach only of a virtual server without real servers, which may be so.
  if (quorum === undefined || !keys.gives("quorum") || realServers.length === 0) return;
  // How many machines a name stands for is not known here.
  const faulty = realServers.some(
    ({ keys }) =>
      keys.values.active === undefined ||
      keys.values.weight === undefined ||
      addressOf(keys) === undefined,
  );
  if (faulty) return;
  const servers = realServers.map(({ keys: { values } }) => ({
    active: values.active === true,
    weight: values.weight ?? 0,
  }));
  const all = allOf(quorum, servers);
  const up = upFrom(quorum, all);
  const down = downFrom(quorum, all);
  const path = keys.pathOf("quorum");
  const spot = keys.spotOf("quorum");
  // A check may give more weight than is written here.
  const isOpen = quorum.count === "weights" && realServers.some(({ check }) => weighs(check));
  if (up > all && !isOpen)
    complaints.at(
      spot,
      `${path}.up: ${printAmount(quorum.up)}, and ${keys.path} has ${allThere(quorum, servers)}: it would never come up`,
      all === 0 ? "activate its real servers" : `use ${all} at most, or a percentage`,
    );
  else if (down >= up) {
    const [are, what] =
      quorum.count === "servers" ? ["are", " real servers"] : ["is", " of weight"];
    complaints.at(
      spot,
      `${path}.down: ${printAmount(quorum.down)} ${are} ${down}${what} and up (${printAmount(quorum.up)}) ${are} ${up}: it would be up and down at once`,
      "lower `down` or raise `up`",
    );
  }
});

const weighs = (check: Checks | undefined): boolean => check !== undefined && givesWeight(check);

/** What real servers there are that can take connections, in the words of what is counted. */
function allThere(
  quorum: Quorum,
  servers: readonly { readonly active: boolean; readonly weight: number }[],
): string {
  const count = countedServers(servers).length;
  const those = `${count} real ${count === 1 ? "server" : "servers"} that can take connections`;
  return quorum.count === "servers"
    ? those
    : `${those}, whose weights are ${allOf(quorum, servers)}`;
}

const endpointOf = (address: IpAddress | undefined, port: number): string | null =>
  address === undefined ? null : printEndpoint(address, port);

/** The sorry server is a destination of the same service. */
const sorryServerFits = forEach(({ keys, port, forwarding, realServers }, complaints, whole) => {
  const { sorry_server: sorry, address: floatings, protocol } = keys.values;
  if (!sorry) return;
  const path = keys.pathOf("sorry_server");
  const spot = keys.spotOf("sorry_server");
  if (sorry === "local") {
    if (protocol !== undefined && protocol !== "tcp")
      complaints.at(spot, `${path}: local answers HTTP, and this is ${protocol}`, "name a machine");
    else if (floatings === null)
      complaints.at(
        spot,
        `${path}: local answers at the VIP, and ${keys.path} has no address`,
        "give it an `address`, or name a machine",
      );
    return;
  }
  const vips = (floatings ?? []).map(({ prefix }) => prefix.address);
  const [vip] = vips;
  const method = sorry.forwarding ?? forwarding;
  const carried =
    method === "tunnel" || vips.some((each) => family(each) === family(sorry.address));
  if (vip !== undefined && !carried)
    complaints.at(
      spot,
      `${path}: ${sorry.address} is IPv${family(sorry.address)}, and the VIP ${vip} is IPv${family(vip)}`,
      "nat and direct keep the family",
    );
  const claim = whole.claims.find((each) => each.floating.prefix.address === sorry.address);
  if (claim !== undefined)
    complaints.at(
      spot,
      `${path}: ${sorry.address} is the VIP of ${claim.path}`,
      "give the sorry server's own address, or write `local`",
    );
  const usual = port ?? undefined;
  if (
    method !== undefined &&
    method !== "nat" &&
    sorry.port !== null &&
    usual !== undefined &&
    sorry.port !== usual
  )
    complaints.at(
      spot,
      `${path}.port: ${sorry.port} with forwarding ${method}, which cannot change the port ${usual}`,
      "remove it, or give the sorry server `forwarding: nat`",
    );
  const at = sorry.port ?? usual;
  const endpoint = at === undefined ? null : printEndpoint(sorry.address, at);
  const same = realServers.find(
    ({ keys: real, port: itsPort }) =>
      typeof itsPort === "number" && endpointOf(addressOf(real), itsPort) === endpoint,
  );
  if (same !== undefined)
    complaints.at(
      spot,
      `${path}: ${endpoint} is ${same.keys.path} already`,
      "name another machine",
    );
});

/** A page that nobody would see. */
const sorryPageIsShown = forEach(({ keys }, complaints) => {
  const { sorry_server: sorry, sorry_page: page } = keys.values;
  if (!page || sorry === undefined || sorry === "local") return;
  complaints.at(
    keys.spotOf("sorry_page"),
    `${keys.pathOf("sorry_page")}: only \`sorry_server: local\` shows it`,
    "write `sorry_server: local`, or remove it",
  );
});

/** Each is a descriptor of the daemon, of which checks, clients and files need some as well. */
const tripwiresMax = 4096;

/** An idle connection needs TCP, and a check to start. */
const tripwireFits = forEach(({ keys, port, realServers }, complaints) => {
  if (keys.values.tripwire !== true || keys.pathOf("tripwire").startsWith("defaults.")) return;
  const path = keys.pathOf("tripwire");
  const spot = keys.spotOf("tripwire");
  const { protocol } = keys.values;
  if (protocol !== undefined && protocol !== "tcp")
    complaints.at(
      spot,
      `${path}: it is a connection over TCP, and this is ${protocol}`,
      "remove it",
    );
  else if (port === null)
    complaints.at(
      spot,
      `${path}: the firewall mark of ${keys.path} does not say which port to connect to`,
      "remove it, or give `address` and `port`",
    );
  else if (realServers.length > 0 && realServers.every(({ check }) => check?.type === "none"))
    complaints.at(
      spot,
      `${path}: it starts checks, and the real servers of ${keys.path} have none`,
      "give them a `check`, or remove it",
    );
});

const tripwiresAreFew: Rule = ({ virtualServers }, complaints) => {
  let count = 0;
  for (const { keys, realServers } of virtualServers) {
    if (keys.values.tripwire !== true) continue;
    count += realServers.length;
    if (count <= tripwiresMax) continue;
    complaints.at(
      keys.spotOf("tripwire"),
      `${keys.pathOf("tripwire")}: ${count} idle connections to real servers, at most ${tripwiresMax}`,
      "leave it to the virtual servers where 50 ms matter",
    );
    return;
  }
};

/** Two routers have one BFD session, whoever asks how it stands (RFC 5881, section 3). */
const bfdSessionsAgree: Rule = ({ virtualServers }, complaints) => {
  const first = new Map<string, { readonly path: string; readonly settings: string }>();
  for (const { keys: real, check } of virtualServers.flatMap(({ realServers }) => realServers))
    for (const each of check === undefined ? [] : triedChecks(check)) {
      if (each.type !== "bfd") continue;
      const { address: own, maxHops, minTx, minRx, multiplier, passive } = each;
      const address = own ?? addressOf(real);
      if (address === undefined) continue;
      const session = `${maxHops === 0 ? "single" : "multihop"} ${address}`;
      const settings = JSON.stringify([minTx, minRx, multiplier, passive, maxHops]);
      const known = first.get(session);
      if (known === undefined) first.set(session, { path: real.path, settings });
      else if (known.settings !== settings)
        complaints.at(
          real.spotOf("check"),
          `${real.path}: its bfd session with ${address} has other settings than that of ${known.path}`,
          "there is one session with an address: give both the same",
        );
    }
};

export const lifecycleRules: readonly Rule[] = [
  quorumIsPossible,
  sorryServerFits,
  sorryPageIsShown,
  tripwireFits,
  tripwiresAreFew,
  bfdSessionsAgree,
];
