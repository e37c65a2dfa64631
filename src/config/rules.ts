/**
 * What must hold between keys, one function a rule. A rule that meets a faulty value says nothing:
 * that value has been complained of already.
 *
 * Rules about floating addresses are in vips.ts.
 */

import type { Complaints } from "../keys/complaints.ts";
import { family, type IpAddress } from "../model/address.ts";
import type { Scheduler } from "../model/service.ts";
import { ms, printDuration } from "../model/time.ts";
import { addressesCanServe } from "./address-kinds.ts";
import {
  checksKnowTheirPort,
  familiesOfMarks,
  marksDiffer,
  marksKeepThePort,
  realServersDiffer,
  severalPortsAreBound,
  virtualServersDiffer,
} from "./forwarding/claimed-services.ts";
import {
  enginesFitProtocol,
  familiesMatch,
  masqueradeHasASource,
  methodsKeepThePort,
  netmaskFitsFamily,
  onePacketIsAnswered,
  onePacketNeedsUdp,
  tunnelsAreWhole,
} from "./forwarding/methods.ts";
import { originsArePossible } from "./forwarding/origins.ts";
import { pathsArePossible } from "./forwarding/paths.ts";
import { lifecycleRules } from "./lifecycle/rules.ts";
import { claimsAgree, labelsNameOneAddress, loneClaimsAreClaimed } from "./vips.ts";
import { addressOf, type Whole } from "./whole.ts";

export type Rule = (whole: Whole, complaints: Complaints) => void;

/** One lost or late heartbeat must not look like a death. */
const deadAfterSpansTwoIntervals: Rule = ({ heartbeat }, complaints) => {
  const { interval, dead_after: deadAfter } = heartbeat?.values ?? {};
  if (heartbeat === undefined || interval === undefined || deadAfter === undefined) return;
  if (deadAfter >= 2 * interval) return;
  const least = printDuration(ms(2 * interval));
  const message = `${heartbeat.pathOf("dead_after")}: ${printDuration(deadAfter)} is less than 2 x interval (${printDuration(interval)}); use at least ${least}`;
  complaints.at(
    heartbeat.spotOf("dead_after"),
    message,
    "one lost heartbeat must not look like a death",
  );
};

/** Piranha counts in whole seconds: what waits for less than two of its beats sees deaths. */
const pulseIsSlow: Rule = ({ heartbeat }, complaints) => {
  const { protocol, dead_after: deadAfter } = heartbeat?.values ?? {};
  if (heartbeat === undefined || protocol === undefined || protocol === "lvsd") return;
  if (deadAfter === undefined || deadAfter >= 2000) return;
  const message = `${heartbeat.pathOf("dead_after")}: ${printDuration(deadAfter)} is less than two heartbeats of a Piranha, which sends one a second at most`;
  const hint = "interval and dead_after are keepalive and deadtime of its lvs.cf";
  complaints.warn(heartbeat.spotOf("protocol"), message, hint);
};

/** A warning comes after a heartbeat is due and before the peer is dead. */
const warnAfterLiesBetween: Rule = ({ heartbeat }, complaints) => {
  const { interval, dead_after: deadAfter, warn_after: warnAfter } = heartbeat?.values ?? {};
  if (heartbeat === undefined || warnAfter === undefined) return;
  if (interval === undefined || deadAfter === undefined) return;
  // Where dead_after is too short, that alone is what is wrong.
  if (deadAfter < 2 * interval) return;
  const hint = `use ${printDuration(interval)} to ${printDuration(deadAfter)}`;
  const path = heartbeat.pathOf("warn_after");
  const message =
    warnAfter < interval
      ? `${path}: ${printDuration(warnAfter)} is less than interval (${printDuration(interval)}): every heartbeat would be late`
      : warnAfter > deadAfter
        ? `${path}: ${printDuration(warnAfter)} is more than dead_after (${printDuration(deadAfter)}): the peer is dead before it is late`
        : null;
  if (message !== null) complaints.at(heartbeat.spotOf("warn_after"), message, hint);
};

/** Each router has its own addresses, and each path joins two of one family. */
const routersDiffer: Rule = ({ primary, backup }, complaints) => {
  const seen = new Map<IpAddress, string>();
  for (const router of [primary, backup]) {
    if (router === undefined || router === null) continue;
    for (const key of ["public", "private"] as const) {
      const address = router.values[key];
      if (address === undefined || address === null) continue;
      const path = router.pathOf(key);
      const other = seen.get(address);
      if (other !== undefined)
        complaints.at(
          router.spotOf(key),
          `${path}: ${address} is ${other} as well`,
          "each path of each router has an address of its own",
        );
      seen.set(address, path);
    }
  }
};

/** A path has two ends. */
const pathsHaveTwoEnds: Rule = ({ primary, backup }, complaints) => {
  if (primary === undefined || backup === undefined || backup === null) return;
  for (const key of ["public", "private"] as const) {
    const one = primary.values[key];
    const other = backup.values[key];
    if (one === undefined || other === undefined) continue;
    if (one !== null && other !== null && family(one) !== family(other))
      complaints.at(
        backup.spotOf(key),
        `${backup.pathOf(key)}: ${other} and the primary's ${one} are of different families`,
        "a heartbeat path is IPv4 or IPv6",
      );
    if ((one === null) === (other === null)) continue;
    const [having, lacking] = one === null ? [backup, primary] : [primary, backup];
    complaints.at(
      having.spotOf(key),
      `${having.pathOf(key)}: ${lacking.path} has none`,
      "give both routers one, or neither",
    );
  }
};

/** A router's own address stays on it; a VIP moves. */
const vipsAreNoRoutersOwn: Rule = ({ primary, backup, claims }, complaints) => {
  const own = new Map<IpAddress, string>();
  for (const router of [primary, backup]) {
    for (const key of ["public", "private"] as const) {
      const address = router?.values[key];
      if (router && address) own.set(address, router.pathOf(key));
    }
  }
  for (const claim of claims) {
    const { address } = claim.floating.prefix;
    const owner = own.get(address);
    if (owner === undefined) continue;
    const message = `${claim.path}.address: ${address} is ${owner}, which stays where it is`;
    complaints.at(claim.spot, message, "give the VIP an address of its own");
  }
};

/** An arbiter is a third machine, and one that both routers mean by the same address. */
const gatewaysAreThirdMachines: Rule = ({ failover, primary, backup, claims }, complaints) => {
  const ours = new Map<string, string>(
    claims.map(({ floating, path }) => [floating.prefix.address, `the VIP of ${path}`]),
  );
  for (const router of [primary, backup]) {
    for (const key of ["public", "private"] as const) {
      const address = router?.values[key];
      if (router && address) ours.set(address, router.pathOf(key));
    }
  }
  for (const gateway of failover?.values.gateway ?? []) {
    const owner = ours.get(gateway);
    if (failover === undefined || owner === undefined) continue;
    complaints.at(
      failover.spotOf("gateway"),
      `${failover.pathOf("gateway")}: ${gateway} is ${owner}`,
      "an arbiter is a third machine, such as the routers' gateway",
    );
  }
};

/** IPVS does not balance what it has balanced: such packets would go in circles or nowhere. */
const realServersAreNoVips: Rule = ({ virtualServers, claims }, complaints) => {
  const vips = new Map(claims.map((claim) => [claim.floating.prefix.address, claim.path]));
  for (const { realServers } of virtualServers) {
    for (const { keys } of realServers) {
      const address = addressOf(keys);
      const owner = address === undefined ? undefined : vips.get(address);
      if (owner === undefined) continue;
      const message = `${keys.pathOf("address")}: ${address} is the VIP of ${owner}`;
      complaints.at(keys.spotOf("address"), message, "give the real server's own address");
    }
  }
};

/** The kernel refuses a lower threshold above the upper one and ignores it without one. */
const thresholdsAreOrdered: Rule = ({ virtualServers }, complaints) => {
  for (const { connections } of virtualServers.flatMap((server) => server.realServers)) {
    const { max, min } = connections?.values ?? {};
    if (connections === undefined || max === undefined || min === undefined || min <= max) continue;
    const message =
      max === 0
        ? `${connections.pathOf("min")}: ${min} without a max`
        : `${connections.pathOf("min")}: ${min} is more than max (${max})`;
    complaints.at(connections.spotOf("min"), message, "give a `max` that is at least `min`");
  }
};

/**
 * The kernel gives one bit two meanings: a flag of one scheduler means something else to another.
 */
const flagsBelongToScheduler: Rule = ({ virtualServers }, complaints) => {
  for (const { keys } of virtualServers) {
    const { scheduler, scheduler_flags: flags } = keys.values;
    if (scheduler === undefined || !flags) continue;
    const known = flagsOf(scheduler);
    for (const flag of flags) {
      if (known.some((prefix) => flag.startsWith(prefix))) continue;
      const message = `${keys.pathOf("scheduler_flags")}: ${flag} is no flag of ${scheduler}`;
      const hint =
        known.length === 0 ? `${scheduler} has none` : `use those that begin with ${known[0]}`;
      complaints.at(keys.spotOf("scheduler_flags"), message, hint);
    }
  }
};

const flagsOf = (scheduler: Scheduler): readonly string[] =>
  scheduler === "sh" || scheduler === "mh" ? [`${scheduler}-`] : [];

/** There must be a peer to send connections to. */
const connectionSyncNeedsBackup: Rule = ({ root, backup }, complaints) => {
  if (!root.values.connection_sync || backup !== null) return;
  complaints.at(
    root.spotOf("connection_sync"),
    "connection_sync: there is no backup",
    "add `routers.backup`, or remove it",
  );
};

/** A daemon with nothing to do is a mistake in the file, not a wish. */
const somethingToDo: Rule = ({ root, claims, virtualServers, services }, complaints) => {
  const faulty = ["virtual_servers", "vips", "nat_router"] as const;
  if (faulty.some((key) => root.values[key] === undefined)) return;
  const wanted = claims.length + virtualServers.length + services.length;
  if (wanted > 0 || complaints.found) return;
  const hint = "add `virtual_servers`, `vips` or `failover.services`";
  complaints.at(root.spot, "there is nothing to do", hint);
};

/** A certificate is of no use without its key, nor the other way round. */
const certificateHasItsKey: Rule = ({ consoleTls }, complaints) => {
  if (consoleTls === undefined || consoleTls === null) return;
  const { certificate, key } = consoleTls.values;
  if (certificate === undefined || key === undefined) return;
  if ((certificate === null) === (key === null)) return;
  const [given, missing] = certificate === null ? ["key", "certificate"] : ["certificate", "key"];
  const hint = "give both, or neither: then the console makes both itself";
  complaints.at(consoleTls.spot, `console.tls: ${given} is given without ${missing}`, hint);
};

/** Every rule, in the order in which they are asked. */
/** Each datagram of a steady client renews the entry that leads it to a server without weight. */
const quiesceKeepsUdpClients: Rule = ({ virtualServers }, complaints) => {
  for (const { keys } of virtualServers) {
    const { quiesce, protocol } = keys.values;
    if (quiesce !== true || protocol !== "udp") continue;
    const message = `${keys.pathOf("quiesce")}: over UDP a client that keeps sending stays on a failed server for 30s`;
    complaints.warn(keys.spotOf("quiesce"), message, "quiesce: false removes it at once");
  }
};

/** A password is sent only to a server that has proven its identity. */
const loginsAreWhole: Rule = ({ mail }, complaints) => {
  if (mail === undefined || mail === null) return;
  const { user, password_file: file, tls } = mail.values;
  if (user === undefined || file === undefined || tls === undefined) return;
  if ((user === null) !== (file === null)) {
    const [given, missing] = user === null ? ["password_file", "user"] : ["user", "password_file"];
    const message = `${mail.pathOf(missing as "user")}: missing, where ${given} is given`;
    complaints.at(mail.spotOf(given as "user"), message, "a login needs both");
  } else if (user !== null && tls === "offered") {
    const message = `${mail.pathOf("tls")}: offered sends the password to whoever answers`;
    complaints.at(mail.spotOf("user"), message, "tls: required, or implicit");
  }
};

export const rules: readonly Rule[] = [
  addressesCanServe,
  deadAfterSpansTwoIntervals,
  warnAfterLiesBetween,
  pulseIsSlow,
  loginsAreWhole,
  routersDiffer,
  pathsHaveTwoEnds,
  virtualServersDiffer,
  realServersDiffer,
  familiesMatch,
  pathsArePossible,
  originsArePossible,
  familiesOfMarks,
  marksDiffer,
  methodsKeepThePort,
  marksKeepThePort,
  severalPortsAreBound,
  checksKnowTheirPort,
  masqueradeHasASource,
  tunnelsAreWhole,
  enginesFitProtocol,
  netmaskFitsFamily,
  vipsAreNoRoutersOwn,
  realServersAreNoVips,
  gatewaysAreThirdMachines,
  thresholdsAreOrdered,
  flagsBelongToScheduler,
  onePacketIsAnswered,
  onePacketNeedsUdp,
  ...lifecycleRules,
  connectionSyncNeedsBackup,
  certificateHasItsKey,
  ({ claims }, complaints) => claimsAgree(claims, complaints),
  ({ claims }, complaints) => labelsNameOneAddress(claims, complaints),
  ({ claims }, complaints) => loneClaimsAreClaimed(claims, complaints),
  somethingToDo,
  quiesceKeepsUdpClients,
];
