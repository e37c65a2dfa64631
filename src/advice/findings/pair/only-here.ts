/** What only one of the routers has. */
import type { Finding } from "../finding.ts";

export const onlyHere: Finding = {
  name: "only-here",
  severity: "endangers",
  asks: "programs and files that the configuration names, here and on the peer",
  says: "A program or a file that the configuration names is missing on a router, or differs.",
  explains:
    "Checks that need it can say nothing after a failover; a fence or a service that lacks its program fails when it is needed.",
  examine: ({ here, peer }) => {
    const own = here.files;
    const other = peer?.has.files ?? null;
    return Object.entries(own).flatMap(([path, hash]) => {
      if (hash === null)
        return [{ seen: `${path} is not here`, remedy: `scp PEER:${path} ${path}` }];
      const there = other === null ? undefined : other[path];
      if (there === undefined || there === hash) return [];
      const seen =
        there === null ? `${path} is not on the peer` : `${path} differs between the routers`;
      return [{ seen, remedy: `scp -p ${path} PEER:${path}` }];
    });
  },
};
