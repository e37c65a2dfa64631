/**
 * The floating addresses: claims on the same address brought together into one VIP each, in the
 * order of claiming, and what must hold between the claims.
 *
 * A claim that leaves the device or the prefix length out says nothing about it, so that the second
 * virtual server of a VIP need not repeat either.
 */

import { type Complaints, placeOf } from "../keys/complaints.ts";
import type { Place } from "../keys/place.ts";
import { family, type IpAddress, printPrefix } from "../model/address.ts";
import type { Vip } from "./config.ts";
import type { Claim } from "./whole.ts";

/** Claims by address, in the order in which the addresses are claimed: the NAT router's first. */
function byAddress(claims: readonly Claim[]): ReadonlyMap<IpAddress, readonly Claim[]> {
  const groups = new Map<IpAddress, Claim[]>();
  for (const claim of claims) {
    const { address } = claim.floating.prefix;
    const group = groups.get(address);
    if (group === undefined) groups.set(address, [claim]);
    else group.push(claim);
  }
  return groups;
}

/** Every VIP that is to be claimed, and where problems with it are to be placed. */
export function vipsOf(claims: readonly Claim[]): {
  readonly vips: readonly Vip[];
  readonly places: Readonly<Record<IpAddress, Place>>;
} {
  const places: Record<IpAddress, Place> = {};
  const vips = [...byAddress(claims)].flatMap(([address, group]): Vip[] => {
    const wanted = group.filter((claim) => claim.wanted);
    const [first] = wanted;
    if (first === undefined || group.some((claim) => claim.device === "none")) return [];
    const named = group.find((claim) => claim.device !== null) ?? first;
    const labelled = group.find((claim) => labelOf(claim) !== null) ?? named;
    const measured = group.find((claim) => claim.floating.lengthGiven) ?? first;
    places[address] =
      named.device === null
        ? placeOf(first.spot, `${first.path}.address`)
        : placeOf(named.deviceSpot, `${named.path}.device`);
    const prefix = measured.floating.prefix;
    const kind = group.some((claim) => claim.kind === "nat-router") ? "nat-router" : "vip";
    return [{ prefix, device: deviceOf(named), label: labelOf(labelled), kind }];
  });
  return { vips, places };
}

/** Claimed for itself, not for the sake of a virtual server. */
const isLone = ({ kind, path }: Claim): boolean =>
  kind === "nat-router" || path.startsWith("vips[");

/** The addresses that are claimed whatever becomes of the virtual servers. */
export const claimedAlone = (claims: readonly Claim[]): readonly IpAddress[] => [
  ...new Set(claims.filter(isLone).map(({ floating }) => floating.prefix.address)),
];

const deviceOf = (claim: Claim): string | null =>
  claim.device === null || claim.device === "none" ? null : claim.device.name;

const labelOf = (claim: Claim): string | null =>
  claim.device === null || claim.device === "none" ? null : claim.device.label;

/** Claims on one address agree on length, device and label. */
export function claimsAgree(claims: readonly Claim[], complaints: Complaints): void {
  for (const group of byAddress(claims).values()) {
    const measured = group.filter((claim) => claim.floating.lengthGiven);
    const [length] = measured;
    for (const claim of measured) {
      if (length === undefined || claim.floating.prefix.length === length.floating.prefix.length)
        continue;
      const message = `${claim.path}.address: ${printPrefix(claim.floating.prefix)} is ${printPrefix(length.floating.prefix)} in ${length.path}`;
      complaints.at(claim.spot, message, "give one VIP one prefix length");
    }
    const placed = group.filter((claim) => claim.device !== null);
    const [first] = placed;
    const labelled = placed.find((claim) => labelOf(claim) !== null);
    for (const claim of placed) {
      if (first === undefined) continue;
      const label = labelOf(claim);
      const differs =
        deviceOf(claim) !== deviceOf(first) ||
        (label !== null && labelled !== undefined && label !== labelOf(labelled));
      if (!differs) continue;
      const message = `${claim.path}.device: ${printDevice(claim)} here and ${printDevice(first)} in ${first.path}`;
      complaints.at(claim.deviceSpot, message, "give one VIP one device");
    }
    const unclaimed = placed.find((claim) => claim.device === "none");
    const silent = group.find((claim) => claim.device === null && claim.wanted);
    if (unclaimed === undefined || silent === undefined) continue;
    const message = `${unclaimed.path}.device: none here, but ${silent.path} has the VIP claimed`;
    complaints.at(unclaimed.deviceSpot, message, "give both the same `device`");
  }
}

const printDevice = (claim: Claim): string => labelOf(claim) ?? deviceOf(claim) ?? "none";

/** A label names one IPv4 address: `ip` finds the address to remove by it (ip-address(8)). */
export function labelsNameOneAddress(claims: readonly Claim[], complaints: Complaints): void {
  const holders = new Map<string, Claim>();
  for (const claim of claims) {
    const label = labelOf(claim);
    if (label === null) continue;
    const { address } = claim.floating.prefix;
    if (family(address) === 6) {
      const message = `${claim.path}.device: ${label} on ${address}; IPv6 addresses have no labels`;
      complaints.at(claim.deviceSpot, message, `use ${deviceOf(claim)}`);
    }
    const holder = holders.get(label);
    if (holder !== undefined && holder.floating.prefix.address !== address) {
      const message = `${claim.path}.device: the label ${label} is that of ${holder.floating.prefix.address} in ${holder.path}`;
      complaints.at(claim.deviceSpot, message, "give each VIP its own label");
    }
    if (holder === undefined) holders.set(label, claim);
  }
}

/** An address that is claimed for itself alone is claimed somewhere. */
export function loneClaimsAreClaimed(claims: readonly Claim[], complaints: Complaints): void {
  for (const claim of claims) {
    if (!isLone(claim) || claim.device !== "none") continue;
    const message = `${claim.path}.device: an address that is not claimed does nothing here`;
    complaints.at(claim.deviceSpot, message, "name its interface, or leave the device out");
  }
}
