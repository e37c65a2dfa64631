/** Services by mark in both families, FTP over NAT, and masquerading with a VIP. */
export const everyRule = `routers:
  primary: { public: 192.0.2.8 }
  backup: { public: 192.0.2.9 }
nat_router: { address: 10.0.0.254/24, device: eth1, masquerade: 192.0.2.3 }
virtual_servers:
  web:
    address: [192.0.2.2/24, 192.0.2.3/24, '2001:db8::2/64']
    device: eth0
    ports: [80, 443, 10000-20000, 53/udp]
    fwmark: 80
    persistence: { netmask: 24 }
    real_servers:
      rs1: { address: 10.0.0.1 }
      rs2: { address: 10.0.0.2, forwarding: direct }
      six: { address: fd00::1, weight: 3 }
  files:
    address: 192.0.2.4/24
    device: eth0
    fwmark: 21
    ftp: { passive_ports: 30000-30010 }
    real_servers:
      rs2: { address: 10.0.0.2 }
      rs1: { address: 10.0.0.1 }
      far: { address: 10.9.0.1, forwarding: tunnel }
  off: { active: false, address: 192.0.2.5, ports: [1, 3] }
`;
