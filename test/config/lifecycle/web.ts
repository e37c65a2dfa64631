/** A virtual server with further keys. */
import assert from "node:assert/strict";
import { accepted, readText } from "../texts.ts";

export const text = (
  keys: string,
  real = "rs1: { address: 10.0.0.1 }, rs2: { address: 10.0.0.2 }",
) =>
  `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  web:
    address: 192.0.2.2
    port: 80
    real_servers: { ${real} }
${keys === "" ? "" : `    ${keys}\n`}`;

export const web = (keys: string) => {
  const [server] = accepted(readText(text(keys))).virtualServers;
  assert.ok(server !== undefined);
  return server;
};
