/** `ping`: the real server's machine answers an ICMP echo request. */
import { addressKeys } from "../check-keys.ts";
import { originKeys } from "../origin-keys.ts";
import { checkType } from "../type.ts";

export const ping = checkType({
  name: "ping",
  does: "sends one ICMP or ICMPv6 echo request",
  passes: "the reply to it comes",
  help: [
    "- It shows that the machine and the path to it work, but not that the service does: use it as one of",
    "  several checks, or for a service without a port.",
    "- A reply to an earlier request does not count.",
  ],
  keys: { ...addressKeys, ...originKeys },
  reasons: {
    timeout: "packet filters that drop ICMP, at the real server and on the way",
    unreachable: "no route, or a link-local address: give one that is not",
    local: "the daemon lacks CAP_NET_RAW, which the installed unit gives it",
  },
  example: "{ type: ping, timeout: 500ms, interval: 1s }",
  straightOnly: "ICMP is not balanced",
  settle: ({ address }) => ({ address }),
  runs: { by: "driver", driver: "ping" },
});
