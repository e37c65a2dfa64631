/** A shop as ldirectord.cf has it, and what is imported of a text. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { type ImportOptions, importDefaults } from "../../../../src/config/import/imported.ts";

export const web = `checktimeout=3
checkinterval=5
quiescent=yes
fallback=127.0.0.1:80

# The shop
virtual=192.0.2.10:http
        real=192.0.2.21->192.0.2.23:80 gate 10
        real=192.0.2.24:80 gate 5 "other","fine"
        service=http
        request="index.html"
        receive="Test Page"
        virtualhost=www.example.com
        scheduler=wlc
        persistent=600
        netmask=255.255.255.0
        protocol=tcp
`;

export function read(
  text: string,
  options: Partial<ImportOptions> = {},
  ...more: [string, string][]
) {
  const files = [
    { name: "ldirectord.cf", text },
    ...more.map(([name, part]) => ({ name, text: part })),
  ];
  return importFiles(files, null, { ...importDefaults, ...options });
}

export function imported(
  text: string,
  options: Partial<ImportOptions> = {},
  ...more: [string, string][]
) {
  const result = read(text, options, ...more);
  assert.ok("text" in result, JSON.stringify(result));
  return { ...result, yaml: parse(result.text) };
}

export const server = (text: string, options?: Partial<ImportOptions>) =>
  Object.values(imported(text, options).yaml.virtual_servers)[0] as Record<string, unknown>;
