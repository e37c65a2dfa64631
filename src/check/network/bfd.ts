/** `bfd`: a session of Bidirectional Forwarding Detection with the real server (RFC 5880, 5881). */
import { preset } from "../../keys/section.ts";
import { choice, duration, flag, whole } from "../../keys/shape.ts";
import { addressKeys } from "../check-keys.ts";
import { checkType } from "../type.ts";

const often = duration({ min: "10ms", max: "1m" });

export const bfd = checkType({
  name: "bfd",
  does: "asks how the BFD session with the real server stands",
  passes: "it is up",
  help: [
    "- The session goes on between tries, on both routers: the real server has both as neighbours, by the",
    "  addresses that their routes to it have. With BIRD: `protocol bfd { neighbor 10.0.0.8; neighbor 10.0.0.9; }`;",
    "  with FRR: `bfd`, `peer 10.0.0.8`, `peer 10.0.0.9`. Packets go from a port of 49152 to 65535 to UDP port",
    "  3784, and are taken with a TTL of 255 only.",
    "- When the session goes down, its tries follow at once until `fall` of them have failed (30 ms at most),",
    "  and when it comes up one follows at once; `interval` is for what has no other cause. The event is",
    "  [`check` `session`](events.md).",
    "- A try while the session is new waits for it for `timeout` at most. BFD sends once a second until it",
    "  is up (RFC 5880, section 6.8.3): leave `timeout` at 2 s or more.",
    "- It is down when `multiplier` of the real server have not been heard (its own multiplier, and the longer",
    "  of its interval and `min_rx`), or when the real server says so.",
    "- Where the real server has heard nothing because this router stood still for a moment, it is not to blame:",
    "  the session has time to come up again, as at the start.",
    "- A real server that signals AdminDown is down as well, as with keepalived: it goes out of service on",
    "  purpose, and there may be no other check. Where there is one, `admin_down: ignore` leaves the",
    "  decision to it (RFC 5882, section 4.2).",
    "- `max_hops` above 0 is a session over routers (RFC 5883): UDP port 4784 at both ends, and a TTL of",
    "  at least 255 less `max_hops`. BIRD sends such packets with the system's TTL, 64 by default: `254` takes them.",
    "- `lvsd restart` keeps the session: the real server is asked to wait for 6 s meanwhile. When lvsd stops it",
    "  signals AdminDown.",
    "- Packets from other addresses, or with a lower TTL, are dropped by the kernel. Whoever can send from",
    "  the real server's address on its network can end the session: BFD's authentication is not spoken.",
    "- One session for each address: checks of the same real server have the same settings.",
  ],
  keys: {
    ...addressKeys,
    min_tx: preset(
      often,
      "100ms",
      "How often packets are sent while the session is up; the real server may ask for fewer. Sooner by up to a quarter, at random.",
    ),
    min_rx: preset(often, "100ms", "How often the real server may send."),
    multiplier: preset(
      whole(1, 255),
      3,
      "The real server misses so many packets in a row until its side is down.",
    ),
    passive: preset(flag, false, "Sends nothing before the real server does."),
    max_hops: preset(
      whole(0, 254),
      0,
      "Routers between this router and the real server at most; 0: it is on a network of this router's.",
    ),
    admin_down: preset(
      choice("meaning of AdminDown", ["down", "ignore"]),
      "down",
      "What the check makes of a real server that signals AdminDown. `ignore`: it passes until the real server signals anything else.",
    ),
  },
  reasons: {
    timeout:
      "does BFD run on the real server, with this router's address as its neighbour; packet filters (UDP port 3784 in both directions)",
    unexpected:
      "the real server's BFD says why (`birdc show bfd sessions`, `vtysh -c 'show bfd peers'`)",
    unreachable: "no BFD program listens there, or there is no route",
    local: "another BFD program of this router has the port, or there are no descriptors",
  },
  example: "{ type: bfd, min_tx: 50ms, min_rx: 50ms, multiplier: 3 }",
  straightOnly: "BFD is not balanced",
  settle: ({ address, multiplier, passive, ...values }) => ({
    address,
    multiplier,
    passive,
    minTx: values.min_tx,
    minRx: values.min_rx,
    maxHops: values.max_hops,
    adminDown: values.admin_down,
  }),
  runs: { by: "driver", driver: "bfd" },
});
