/** The least that can be written. */

/** The least that can be written. */
export const least = `routers:
  primary: { public: 192.0.2.1 }
  backup: { public: 192.0.2.9 }
virtual_servers:
  web: { address: 192.0.2.2, port: 80, real_servers: { rs1: { address: 10.0.0.1 } } }
`;
