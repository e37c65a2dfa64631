/**
 * The users and groups that lvsd knows, and the form of passwd(5) and group(5). Name services are
 * left aside: these are system accounts of this machine, and a router must not wait for a directory
 * server before it opens its control socket.
 */

/**
 * The daemon's user and its group, which has no other member: the group reads the heartbeat key.
 */
export const daemonAccount = "lvsd";

/** Its members may use the control socket. They read no key. */
export const operatorsGroup = "lvsd-operators";

export interface Account {
  readonly name: string;
  /** Of a user or of a group. */
  readonly id: number;
  /** Of a user: its group. Of a group: its own number. */
  readonly group: number;
  /** Of a group: who is listed as a member. Users whose own group it is are not. */
  readonly members: readonly string[];
}

/** The lines of passwd(5) or group(5) that can be read. */
export function readAccounts(text: string, kind: "users" | "groups"): readonly Account[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , id = "", fourth = ""] = line.split(":");
    if (name === "" || !/^\d+$/.test(id)) return [];
    if (kind === "users")
      return /^\d+$/.test(fourth)
        ? [{ name, id: Number(id), group: Number(fourth), members: [] }]
        : [];
    const members = fourth.split(",").filter((member) => member !== "");
    return [{ name, id: Number(id), group: Number(id), members }];
  });
}
