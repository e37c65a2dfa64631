/**
 * The configuration as this machine runs it: the own role and the devices of the VIPs filled in
 * from the machine's interfaces. How the operator's files are read is config-thread.ts.
 */
import { addressesOf, type Config } from "../../config/config.ts";
import { resolveDevices, roleHere } from "../../config/on-this-machine.ts";
import type { ConfigFile } from "../../config/read-config.ts";
import type { Places } from "../../keys/place.ts";
import type { Problem } from "../../keys/problem.ts";
import type { IpAddress } from "../../model/address.ts";
import type { EventBody } from "../../model/event.ts";
import { otherRole, type Role } from "../../model/router.ts";
import type { FloatingAddress, Interface } from "../../system/ip/ip.ts";

/** What the operator wrote, read and judged. */
export interface Written {
  readonly config: Config;
  readonly places: Places;
  readonly files: readonly ConfigFile[];
  /** The heartbeat's keys; empty with `authentication: none`. */
  readonly keys: readonly Uint8Array[];
}

export type Refusals = { readonly problems: readonly Problem[] };

/** A configuration that this machine can run: its own role is known, every VIP has its device. */
export interface Running extends Written {
  readonly role: Role;
  readonly vips: readonly FloatingAddress[];
}

/** The peer's own, fixed addresses. */
export function peerAddresses({ config, role }: Running): readonly IpAddress[] {
  const peer = addressesOf(config, otherRole(role));
  return peer === null ? [] : [peer.public, ...(peer.private === null ? [] : [peer.private])];
}

/**
 * What the configuration means on a machine with these interfaces. "waiting": none of the routers'
 * own addresses is here yet. `forced` is the role of the command line, which needs no addresses.
 */
export function onThisMachine(
  written: Written,
  interfaces: readonly Interface[],
  forced: Role | null,
): Running | Refusals | "waiting" {
  const here = forced === null ? roleHere(written.config, interfaces) : { role: forced };
  if (here === "neither") return "waiting";
  if (here === "both") return { problems: [bothRoles(written.config)] };
  const resolved = resolveDevices(written.config, interfaces, written.places);
  if ("problems" in resolved) return resolved;
  const vips = resolved.config.vips.flatMap(({ prefix, device, label, kind }) =>
    device === null ? [] : [{ prefix, device, label, kind }],
  );
  return { ...written, config: resolved.config, role: here.role, vips };
}

const bothRoles = (config: Config): Problem => ({
  file: config.path,
  line: null,
  column: null,
  message: "routers: this machine has addresses of the primary and of the backup",
  hint: "each router has its own addresses; or say --role",
});

/** What is reported when a configuration is in force. */
export function loadedEvent(config: Config): EventBody {
  const servers = config.virtualServers.reduce((sum, each) => sum + each.realServers.length, 0);
  const text = `serial ${config.serial}, ${config.virtualServers.length} virtual servers, ${servers} real servers`;
  return { event: "config", kind: "loaded", hash: config.hash, serial: config.serial, text };
}
