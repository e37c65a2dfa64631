/**
 * The language of iproute2's `ip`: lines for its batch mode, the JSON of `addr show`, the lines of
 * `ip -o monitor`. Pure text; who talks to the program is ip.ts. See ip-address(8), ip-monitor(8).
 */
import { family, hostPrefix, type Prefix, parsePrefix, printPrefix } from "../model/address.ts";
import { assert, MachineError } from "../model/error.ts";
import { type Ms, seconds } from "../model/time.ts";

export interface InterfaceAddress {
  readonly prefix: Prefix;
  /** IPv4's label, e.g. `eth0` or `eth0:1`; null for IPv6. */
  readonly label: string | null;
  /** IPv6: duplicate address detection is under way or has failed, so that it does not answer. */
  readonly tentative: boolean;
  /** The kernel drops it after a while unless it is made permanent. */
  readonly expires: boolean;
  /** The kernel may choose it for what this machine sends by itself. */
  readonly source: boolean;
}

export interface Interface {
  readonly name: string;
  readonly index: number;
  /** Six bytes as `02:00:00:00:00:01`; null for devices without one. */
  readonly mac: string | null;
  /** Administratively up (IFF_UP). */
  readonly up: boolean;
  /** Up and with a carrier (IFF_UP and IFF_LOWER_UP): packets can leave. */
  readonly carrier: boolean;
  readonly operstate: string;
  readonly addresses: readonly InterfaceAddress[];
}

/** A floating address whose device is known. A config `Vip` with a device fits. */
export interface FloatingAddress {
  readonly prefix: Prefix;
  readonly device: string;
  readonly label: string | null;
  /** The real servers' gateway among the addresses; absent: a VIP. */
  readonly kind?: "nat-router" | "vip";
}

/** One text for one address on a device, for maps and messages. */
export const printFloating = (vip: Pick<FloatingAddress, "prefix" | "device">): string =>
  `${printPrefix(vip.prefix)} on ${vip.device}`;

/** Configuration allows nothing else; a name with a space would be read as further arguments. */
const word = (name: string): string => {
  assert(/^[^\s/]{1,15}$/.test(name), "a device or label is one short word");
  return name;
};

/**
 * `replace` adds what is missing and makes permanent what would expire; what is there already is no
 * failure.
 *
 * The router must never speak from a VIP on its own account, whatever else is on the device and in
 * whatever order it comes. So a VIP has a host's prefix: it is in no network, and no other address
 * of the device becomes its secondary one. IPv4: scope host, which the kernel does not choose for
 * a route (fib_semantics.c: inet_select_addr) but takes packets and answers ARP for. IPv6:
 * preferred_lft 0 (RFC 6724, rule 3), and without duplicate address detection (a second).
 */
export function claimLine({ prefix, device, label }: FloatingAddress): string {
  const what = `addr replace ${printPrefix(hostPrefix(prefix))} dev ${word(device)}`;
  if (family(prefix.address) === 6) return `${what} nodad preferred_lft 0`;
  return `${what} scope host${label === null ? "" : ` label ${word(label)}`}`;
}

/** Without the label: whatever label it has, it goes. */
export const releaseLine = ({ prefix, device }: FloatingAddress): string =>
  removeLine({ prefix: hostPrefix(prefix), device });

/** Any address, in just this form. */
export const removeLine = ({ prefix, device }: Pick<FloatingAddress, "prefix" | "device">) =>
  `addr del ${printPrefix(prefix)} dev ${word(device)}`;

/** An IPv4 address that is none of ours, as it was. */
export function restoreLine({ prefix, device, label }: FloatingAddress): string {
  const broadcast = prefix.length <= 30 ? " brd +" : "";
  const labelled = label === null ? "" : ` label ${word(label)}`;
  return `addr replace ${printPrefix(prefix)} dev ${word(device)}${broadcast}${labelled}`;
}

/** The kernel counts lifetimes in whole seconds; measured: it drops one of 1 s after 0.9 to 1.13 s. */
export function expireLine({ prefix, device }: FloatingAddress, after: Ms): string {
  const lifetime = Math.max(1, Math.ceil(after / seconds(1)));
  const preferred = family(prefix.address) === 6 ? 0 : lifetime;
  const what = `addr change ${printPrefix(hostPrefix(prefix))} dev ${word(device)}`;
  return `${what} valid_lft ${lifetime} preferred_lft ${preferred}`;
}

/**
 * To be said before an address goes, see netlink.ts. `neigh del` would do, but ends the program where nothing is known of the address (iproute2
 * 6.1).
 */
export const forgetNeighbourLine = ({ prefix, device }: FloatingAddress): string =>
  `neigh flush to ${prefix.address} dev ${word(device)}`;

/**
 * The addresses in the order of their removal: the last claimed one goes first. Deleting a primary
 * address takes its secondaries along (unless promote_secondaries is set), and then theirs would
 * fail.
 */
export const inOrderOfRelease = (vips: readonly FloatingAddress[]): readonly FloatingAddress[] =>
  vips.toReversed();

/** The text of a file for `ip -force -batch FILE` that frees these addresses. */
export const releaseBatch = (vips: readonly FloatingAddress[]): string =>
  inOrderOfRelease(vips)
    .map((vip) => `${releaseLine(vip)}\n`)
    .join("");

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The kernel's INFINITY_LIFE_TIME. */
const foreverSeconds = 2 ** 32 - 1;

function readAddress(found: unknown): InterfaceAddress | null {
  if (!isRecord(found)) return null;
  const prefix = parsePrefix(`${found.local}/${found.prefixlen}`);
  if (prefix === null) return null;
  return {
    prefix,
    label: typeof found.label === "string" ? found.label : null,
    tentative: found.tentative === true || found.dadfailed === true,
    expires: found.valid_life_time !== foreverSeconds,
    source: found.scope !== "host" && found.preferred_life_time !== 0,
  };
}

const linkState = (flags: readonly unknown[]) => {
  const up = flags.includes("UP");
  return { up, carrier: up && flags.includes("LOWER_UP") && !flags.includes("NO-CARRIER") };
};

const macForm = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

/** Reads what `ip -j addr show` prints. Throws MachineError for anything else. */
export function readInterfacesJson(text: string): readonly Interface[] {
  let links: unknown;
  try {
    links = JSON.parse(text);
  } catch (thrown) {
    throw new MachineError(`ip -j addr show: not JSON: ${text.slice(0, 100)}`, { cause: thrown });
  }
  if (!Array.isArray(links))
    throw new MachineError(`ip -j addr show: not a list: ${text.slice(0, 100)}`);
  return links.filter(isRecord).flatMap((link) => {
    const { ifname: name, ifindex: index, flags, address, operstate, addr_info: found } = link;
    if (typeof name !== "string" || typeof index !== "number" || !Array.isArray(flags)) return [];
    const mac = typeof address === "string" && macForm.test(address) ? address : null;
    const addresses = Array.isArray(found)
      ? found.map(readAddress).filter((one) => one !== null)
      : [];
    return [{ name, index, mac, ...linkState(flags), operstate: String(operstate), addresses }];
  });
}
