/**
 * The group of the operators: its members may use the control socket and read the heartbeat key.
 *
 * Knows group(5) and nothing of name services: lvsd's group is a system group of this machine,
 * and a router must not wait for a directory server to open its control socket.
 */
import { readFileSync } from "node:fs";

/** The group that `make install` creates. */
export const operatorsGroup = "lvsd";

/** The number of a group of this machine, or null where it has none of that name. */
export function groupId(name: string, groupFile = "/etc/group"): number | null {
  for (const line of textOf(groupFile).split("\n")) {
    const [group, , id = ""] = line.split(":");
    if (group === name && /^\d+$/.test(id)) return Number(id);
  }
  return null;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // A machine without group(5), a bare container say, has no such group.
    return "";
  }
}
