/** Virtual servers whose real servers are reached through tunnels. */
import type { RealServer } from "../../../src/config/config.ts";
import { accepted, readText, refused } from "../texts.ts";

export const head = `routers:
  primary: { public: 192.0.2.8 }
  backup: { public: 192.0.2.9 }
`;

/** One virtual server with these further keys, and real servers. */
export const withServer = (keys: string, servers: string, rest = ""): string =>
  `${head}${rest}virtual_servers:
  web:
    address: 192.0.2.2
    port: 80
${keys
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => `    ${line}\n`)
  .join("")}    real_servers: ${servers}\n`;

export const serversOf = (keys: string, servers: string, rest?: string): readonly RealServer[] =>
  accepted(readText(withServer(keys, servers, rest))).virtualServers[0]?.realServers ?? [];

export const problemsOf = (keys: string, servers: string, rest?: string): readonly string[] =>
  refused(readText(withServer(keys, servers, rest))).map(
    ({ message, hint }) => `${message}; ${hint}`,
  );
