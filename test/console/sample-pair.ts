/** A configuration of a pair with everything that forms show, comments included. */
import type { ConfigReport } from "../../src/control/api.ts";

export const pairText = `# The pair in rack 4.
serial: 7
routers:
  primary: { public: 192.168.26.1, private: 10.11.12.8 }
  backup: { public: 192.168.26.2, private: 10.11.12.9 }
heartbeat:
  interval: 250ms   # measured
  key_file: heartbeat.key
include: teams/*.yaml
forwarding: nat
nat_router: { address: 10.11.12.10/24, device: eth1 }
defaults:
  scheduler: wrr
  check: { interval: 2s }
virtual_servers:
  # the shop
  web:
    address: 192.168.26.10/24   # as in DNS
    port: 80
    persistence: { timeout: 300s }
    check: { type: http, path: /health }   # by the web team
    real_servers:
      rs1: { address: 10.11.12.1, weight: 2 }
      # on loan
      rs2: { address: 10.11.12.2 }
  ns:
    address: 192.168.26.11/24
    port: 53
    protocol: udp
    check:
      type: dns
      name: example.com
    real_servers:
      ns1: { address: 10.11.12.3 }
`;

const team = {
  path: "/etc/lvsd/teams/mail.yaml",
  text: `virtual_servers:
  mail:
    address: 192.168.26.12/24
    port: 25
    real_servers:
      mx1: { address: 10.11.12.5 }
`,
};

export const pairConfig: ConfigReport = {
  path: "/etc/lvsd/lvsd.yaml",
  serial: 7,
  hash: "0f".repeat(32),
  text: pairText,
  includes: [team],
};
