/** Configurations whose one check is written in layers: defaults, virtual and real server. */
import assert from "node:assert/strict";
import type { Checks } from "../../src/config/config.ts";
import { accepted, readText } from "./texts.ts";

export interface Layers {
  readonly defaults?: string;
  readonly virtualServer?: string;
  readonly realServer?: string;
  readonly protocol?: "tcp" | "udp";
}

export const textOf = ({
  defaults,
  virtualServer,
  realServer,
  protocol = "tcp",
}: Layers): string => {
  const check = (value: string | undefined) => (value === undefined ? "" : `check: ${value}`);
  return `routers: { primary: { public: 192.0.2.1 } }
defaults: { ${check(defaults)} }
virtual_servers:
  web:
    address: 192.0.2.2
    port: 80
    protocol: ${protocol}
    ${check(virtualServer)}
    real_servers:
      rs1:
        address: 10.0.0.1
        ${check(realServer)}
`;
};

/** The check that these layers come to. */
export const checkOf = (layers: Layers): Checks => {
  const check = accepted(readText(textOf(layers))).virtualServers[0]?.realServers[0]?.check;
  return check ?? assert.fail("no check");
};
