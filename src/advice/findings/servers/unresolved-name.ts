/** Host names of real servers without an answer. */
import type { Finding } from "../finding.ts";

/** The rest is the same question. */
const namedMax = 5;

export const unresolvedName: Finding = {
  name: "unresolved-name",
  severity: "endangers",
  asks: "the daemon, which resolves the host names of real servers",
  says: "A host name of a real server has no answer.",
  explains:
    "Its real servers stay as they were known last, and do not follow changes; without a last answer there are none.",
  examine: ({ daemon }) =>
    (daemon?.unresolved ?? []).slice(0, namedMax).map(({ name, why, addresses }) => ({
      seen: `${name} is not resolved (${addresses} addresses are known): ${why}`,
      remedy: `getent ahosts ${name}; /etc/resolv.conf`,
    })),
};
