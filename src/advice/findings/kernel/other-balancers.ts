/** Whether another program works on the same table and addresses. */
import type { Finding } from "../finding.ts";

/** Those that the name of a program gives away. */
const rivals = ["keepalived", "ldirectord", "pulse", "nanny", "heartbeat", "vrrpd", "ucarp"];

export const otherBalancers: Finding = {
  name: "other-balancers",
  severity: "prevents",
  asks: "names of running programs, enabled units",
  says: "Another program claims addresses or programs the same IPVS table.",
  explains:
    "Two programs that each repair the table undo each other's work; two that hold the same VIP split the clients. A unit that restores a saved table at boot brings back services that lvsd does not know.",
  examine: ({ running, enabled }) => [
    ...rivals
      .filter((name) => running.has(name))
      .map((name) => ({ seen: `${name} is running`, remedy: `systemctl disable --now ${name}` })),
    ...[...rivals, "ipvsadm"]
      .filter((name) => !running.has(name) && enabled.has(`${name}.service`))
      .map((name) => ({
        seen: `${name}.service starts at boot`,
        remedy: `systemctl disable ${name}`,
        severity: "endangers" as const,
      })),
  ],
};
