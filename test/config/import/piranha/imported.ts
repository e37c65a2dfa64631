/** A pair as lvs.cf has it, and what is imported of a text. */
import assert from "node:assert/strict";
import type { Config } from "../../../../src/config/config.ts";
import { importFiles } from "../../../../src/config/import/import.ts";
import { type Finding, importDefaults } from "../../../../src/config/import/imported.ts";
import { readConfig } from "../../../../src/config/read-config.ts";

export const global = `serial_no = 7
primary = 192.0.2.1
primary_private = 10.0.0.1
service = lvs
backup_active = 1
backup = 192.0.2.2
backup_private = 10.0.0.2
keepalive = 6
deadtime = 18
network = direct
monitor_links = 1
`;

export const virtual = (lines: string, servers = 2): string => {
  const one = (at: number): string =>
    `  server s${at} {\n    address = 192.0.2.${20 + at}\n    active = 1\n    weight = 1\n  }\n`;
  const all = Array.from({ length: servers }, (_, at) => one(at)).join("");
  return `virtual web {\n  active = 1\n  address = 192.0.2.10 eth0:1\n  vip_nmask = 255.255.255.0\n${lines}${all}}\n`;
};

export const base =
  global + virtual('  port = 80\n  send = "GET / HTTP/1.0\\r\\n\\r\\n"\n  expect = "OK"\n');

export function imported(text: string, lenient = false) {
  const read = importFiles([{ name: "lvs.cf", text }], null, { ...importDefaults, lenient });
  assert.ok("text" in read, JSON.stringify(read));
  return read;
}

/** The configuration that comes of it, read as `lvsd check` reads it. */
export function configOf(text: string): Config {
  const result = readConfig("/lvsd.yaml", {
    read: () => ({ text: imported(text).text }),
    glob: () => [],
  });
  assert.ok("config" in result, JSON.stringify(result));
  return result.config;
}

export const kinds = (text: string, kind: Finding["kind"]): string[] =>
  imported(text)
    .findings.filter((finding) => finding.kind === kind)
    .map(({ origin, subject, text: why }) => `${origin?.line ?? 0} ${subject}: ${why}`);
