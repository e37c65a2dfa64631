/** NAT: every reply of a real server goes back through the active router. */
import { family, type IpAddress, type Prefix, printNetwork } from "../../model/address.ts";
import type { Method, Snippet } from "./method.ts";
import { ownOf, type Preparation } from "./preparation.ts";
import { ownAddress } from "./shell.ts";

/** Number of the routing table and of the rule's priority: the heartbeat's port. */
const table = 539;

const ip = ({ address }: Prefix): string => (family(address) === 4 ? "ip -4" : "ip -6");

/** IPv6 has no route without a metric; router advertisements set 1024 (ip-sysctl.rst). */
const metric = ({ address }: Prefix): string => (family(address) === 4 ? "" : " metric 1");

/** Default routes that a new one takes the place of. */
const replaced = (gateway: Prefix): string =>
  family(gateway.address) === 4 ? "grep -v ' metric '" : "grep ' metric 1 '";

/** Gateways of the families in which real servers have addresses. */
const gatewaysOf = ({ gateways, realServers }: Preparation): readonly Prefix[] =>
  gateways.filter(({ address }) =>
    realServers.some((server) => family(server.address) === family(address)),
  );

const applyOf = (preparation: Preparation, gateway: Prefix): readonly string[] => {
  const at = ip(gateway);
  const to = gateway.address;
  return [
    ...ownAddress(preparation, family(to)),
    `device=$(${at} -o route get ${to} | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')`,
    `network=$(${at} -o route show match ${to} dev "$device" proto kernel | sed 's/ .*//' | tail -n 1)`,
    `[ -n "$network" ] || fail "no network of this machine holds the gateway ${to}"`,
    "# The default route that was there comes back with an undo; one with a higher metric stays.",
    `former=$(${at} -o route show default | ${replaced(gateway)} | head -n 1 | sed 's/ linkdown//; s/ dead//' || :)`,
    `claim "gateway.${to}" "$former"`,
    `if [ "\${KEEP_DEFAULT:-no}" != yes ]; then`,
    `  ${at} route replace default via ${to} dev "$device"${metric(gateway)}`,
    "fi",
    "# The trap of a second interface: a reply to a client of its network would leave there, and the",
    "# client would see an address that it never asked. What leaves with the own address goes through",
    "# the router, and a strict rp_filter takes what comes from there.",
    `${at} route replace "$network" dev "$device" table ${table}`,
    `${at} route replace default via ${to} dev "$device" table ${table}`,
    `${at} rule show | grep -q "^${table}:.*from $own " ||`,
    `  ${at} rule add from "$own" lookup ${table} priority ${table}`,
  ];
};

const undoOf = (gateway: Prefix): readonly string[] => {
  const at = ip(gateway);
  const to = gateway.address;
  return [
    `if let_go "gateway.${to}"; then`,
    `  while ${at} rule del priority ${table} 2>/dev/null; do :; done`,
    `  ${at} route flush table ${table} 2>/dev/null || :`,
    `  ${at} route del default via ${to}${metric(gateway)} 2>/dev/null || :`,
    "  # shellcheck disable=SC2086",
    `  [ -z "$found" ] || ${at} route replace $found`,
    "fi",
  ];
};

const six = (address: IpAddress): string => (family(address) === 4 ? "" : "6");

const networkd = (preparation: Preparation): readonly Snippet[] =>
  gatewaysOf(preparation).map((gateway) => ({
    path: `/etc/systemd/network/DEVICE.network.d/lvsd-gateway${six(gateway.address)}.conf`,
    text: [
      `# DEVICE.network is the file of the interface whose network holds ${gateway.address}.`,
      "[Route]",
      `Gateway=${gateway.address}`,
      ...(family(gateway.address) === 4 ? [] : ["Metric=1"]),
      "[Route]",
      `Destination=${printNetwork(gateway)}`,
      "Scope=link",
      `Table=${table}`,
      "[Route]",
      `Gateway=${gateway.address}`,
      `Table=${table}`,
      "[RoutingPolicyRule]",
      `From=${ownOf(preparation, family(gateway.address))}`,
      `Table=${table}`,
      `Priority=${table}`,
    ].join("\n"),
  }));

const ifupdown = (preparation: Preparation): readonly Snippet[] =>
  gatewaysOf(preparation).map((gateway) => {
    const at = ip(gateway);
    const to = gateway.address;
    const own = ownOf(preparation, family(gateway.address));
    return {
      path: "/etc/network/interfaces",
      text: [
        `# These lines go below the stanza of the interface whose network holds ${to}.`,
        `    up ${at} route replace default via ${to} dev $IFACE${metric(gateway)}`,
        `    up ${at} route replace ${printNetwork(gateway)} dev $IFACE table ${table}`,
        `    up ${at} route replace default via ${to} dev $IFACE table ${table}`,
        `    up ${at} rule add from ${own} lookup ${table} priority ${table}`,
        `    down ${at} rule del from ${own} lookup ${table} priority ${table}`,
      ].join("\n"),
    };
  });

export const gateway: Method = {
  name: "gateway",
  fits: "nat",
  explains: [
    "The router rewrote the client's packet; the reply must come back through it to be rewritten",
    "again. So the default route leads to the floating address of nat_router, which moves with the",
    "VIPs. KEEP_DEFAULT=yes in the environment leaves the default route as it is: then only what",
    "leaves with this machine's own address goes through the router.",
    "Clients in the real servers' own network cannot be served by NAT: replies reach them directly.",
  ],
  programs: { ip: "iproute2" },
  apply: (preparation) =>
    gatewaysOf(preparation).flatMap((gateway) => applyOf(preparation, gateway)),
  undo: (preparation) => gatewaysOf(preparation).flatMap(undoOf),
  networkd,
  ifupdown,
};
