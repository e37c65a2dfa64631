/** Every finding, in the order in which doctor reports them. */

import { bootAddress } from "./addresses/boot-address.ts";
import { duplicateVip } from "./addresses/duplicate-vip.ts";
import { foreignAddresses } from "./addresses/foreign-addresses.ts";
import { netmask } from "./addresses/netmask.ts";
import { vipDevice } from "./addresses/vip-device.ts";
import { type Facts, inUse } from "./facts.ts";
import type { Evidence, Finding, Severity } from "./finding.ts";
import { conntrack } from "./kernel/conntrack.ts";
import { forwarding } from "./kernel/forwarding.ts";
import { hungKernel } from "./kernel/hung-kernel.ts";
import { ipvs } from "./kernel/ipvs.ts";
import { ipvsadmVersion } from "./kernel/ipvsadm-version.ts";
import { limits } from "./kernel/limits.ts";
import { otherBalancers } from "./kernel/other-balancers.ts";
import { routerAdvertisements } from "./kernel/router-advertisements.ts";
import { rpFilter } from "./kernel/rp-filter.ts";
import { settings } from "./kernel/settings.ts";
import { clock } from "./pair/clock.ts";
import { configMismatch } from "./pair/config-mismatch.ts";
import { droppedHeartbeats } from "./pair/dropped-heartbeats.ts";
import { guarantee } from "./pair/guarantee.ts";
import { keyFile } from "./pair/key-file.ts";
import { onlyHere } from "./pair/only-here.ts";
import { otherNetwork } from "./pair/other-network.ts";
import { ownWay } from "./pair/own-way.ts";
import { peerSilent } from "./pair/peer-silent.ts";
import { unauthenticated } from "./pair/unauthenticated.ts";
import { arpAnswering } from "./servers/arp-answering.ts";
import { droppedClients } from "./servers/dropped-clients.ts";
import { natRouter } from "./servers/nat-router.ts";
import { near } from "./servers/near.ts";
import { returnPath } from "./servers/return-path.ts";
import { tunnelMtu } from "./servers/tunnel-mtu.ts";
import { unresolvedName } from "./servers/unresolved-name.ts";
import { vipMissing } from "./servers/vip-missing.ts";

export const findings: readonly Finding[] = [
  ipvs,
  ipvsadmVersion,
  forwarding,
  settings,
  rpFilter,
  routerAdvertisements,
  conntrack,
  limits,
  hungKernel,
  otherBalancers,
  vipDevice,
  netmask,
  bootAddress,
  foreignAddresses,
  duplicateVip,
  keyFile,
  unauthenticated,
  droppedHeartbeats,
  peerSilent,
  configMismatch,
  onlyHere,
  ownWay,
  otherNetwork,
  clock,
  guarantee,
  droppedClients,
  natRouter,
  returnPath,
  near,
  arpAnswering,
  vipMissing,
  tunnelMtu,
  unresolvedName,
];

/** One thing found, as it is reported. */
export interface Found extends Evidence {
  readonly finding: string;
  readonly severity: Severity;
  readonly says: string;
}

/** What is found of these facts, in the order of the list; nothing of what is switched off. */
export function examine(all: Facts): readonly Found[] {
  const facts = { ...all, config: inUse(all.config) };
  return findings.flatMap(({ name, says, severity, examine: find }) =>
    find(facts).map((evidence) => ({ finding: name, says, severity, ...evidence })),
  );
}
