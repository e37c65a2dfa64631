/** Files that lvsd check reads. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { temporary } from "../recorder.ts";

export const configuration = (keyFile: string): string => `\
routers:
  primary: { public: 192.0.2.9 }
  backup: { public: 192.0.2.8 }
heartbeat: { key_file: ${keyFile} }
virtual_servers:
  web:
    address: 192.0.2.10/24
    device: eth-none
    port: 80
    real_servers:
      rs1: { address: 198.51.100.1 }
      rs2: { address: 198.51.100.2 }
`;

export interface Written {
  readonly file: string;
  readonly key: string;
  readonly text: string;
}

export function write(t: TestContext): Written {
  const directory = temporary(t);
  const file = join(directory, "lvsd.yaml");
  const key = join(directory, "heartbeat.key");
  const text = configuration(key);
  writeFileSync(file, text);
  writeFileSync(key, `${Buffer.alloc(32, 7).toString("base64")}\n`);
  chmodSync(key, 0o600);
  return { file, key, text };
}
