/**
 * Checks from inside a network namespace, from origins of their own, against a server in another
 * one that says whom it sees: prints what became of each as JSON. The address of the server is
 * reached by `way1` as the routes say, by `way2` where the device or the mark asks for it.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runCheck } from "../../../../src/checks/check.ts";
import { type Config, triedChecks } from "../../../../src/config/config.ts";
import { fromOrigins } from "../../../../src/daemon/paths/origins.ts";
import { messageOf } from "../../../../src/model/error.ts";
import { tcpCheck } from "../../../checks/servers.ts";
import { accepted, readText } from "../../../config/texts.ts";

const far = spawn(
  "nsenter",
  [
    "--net=/run/netns/far",
    process.execPath,
    fileURLToPath(new URL("./origin-server.ts", import.meta.url)),
  ],
  { stdio: ["ignore", "pipe", "inherit"] },
);
// It says so when it listens.
await new Promise((resolve) => far.stdout.once("data", resolve));

function configOf(check: string, server: string, protocol: string): Config {
  const vip = server.includes(":") ? "fd00:9::9" : "192.0.2.2";
  return accepted(
    readText(`routers: { primary: { public: 10.1.0.1, private: 10.2.0.1 } }
virtual_servers:
  service:
    address: "${vip}"
    port: 80
    protocol: ${protocol}
    check: { ${check} }
    real_servers: { rs1: { address: "${server}" } }
`),
  );
}

/** What a check comes to that expects the server to see this. */
async function tried(check: string, server: string, protocol: string): Promise<string> {
  try {
    const config = configOf(check, server, protocol);
    const [real] = config.virtualServers[0]?.realServers ?? [];
    const [one] = real === undefined ? [] : triedChecks(real.check);
    if (real === undefined || one === undefined) return "no check";
    const run = fromOrigins(runCheck, () => ({ config, role: "primary" }));
    const end = await run(one, real, new AbortController().signal);
    return end.kind === "passed" ? "passed" : `${end.reason}: ${end.why}`;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

const open = (): number => readdirSync("/proc/self/fd").length;
const four = "10.9.0.1";
const six = "fd00:9::1";
const seen = (address: string, rest = "") =>
  `type: send_expect, protocol: tcp, send: x, expect: "from ${address} ${rest}"`;
const heard = (address: string, rest = "") => `type: udp, expect: "from ${address} ${rest}"`;
const cases: readonly (readonly [check: string, server: string, protocol?: string])[] = [
  [seen("10.1.0.1"), four],
  [`${seen("10.1.0.7")}, source: 10.1.0.7`, four],
  [`${seen("10.2.0.1")}, source: private`, four],
  [`${seen("10.1.0.1", "20021")}, source_port: 20021`, four],
  [`${seen("10.1.0.7", "20021")}, source: 10.1.0.7, source_port: 20021`, four],
  [`${seen("10.2.0.1")}, device: way2`, four],
  [`${seen("10.2.0.1")}, fwmark: 21`, four],
  [`${seen("fd00:1::7")}, source: "fd00:1::7"`, six],
  [`${seen("fd00:2::1")}, fwmark: 21`, six],
  [`${seen("10.2.0.1")}, fwmark: 21, tls: true, port: 443`, four],
  [`${heard("10.1.0.1")}`, four, "udp"],
  [`${heard("10.1.0.7", "20021")}, source: 10.1.0.7, source_port: 20021`, four, "udp"],
  [`${heard("10.2.0.1")}, device: way2`, four, "udp"],
  [`${heard("fd00:2::1")}, fwmark: 21`, six, "udp"],
  ["type: udp, send: quiet, fwmark: 21", four, "udp"],
  ["type: mysql, port: 3306, device: way2", four],
  ["type: ping", four],
  ["type: ping, source: 10.1.0.7", four],
  ["type: ping, device: way2", four],
  // Of routes that lead nowhere it is seen that they are asked for.
  ["type: ping, fwmark: 22, timeout: 300ms", four],
  ["type: ping, source: 10.1.0.8, timeout: 300ms", four],
  ["type: tcp, fwmark: 22", four],
  ["type: tcp, source: 10.1.0.99", four],
  ["type: tcp, device: way3", four],
  ["type: ping, device: way3", four],
];
const nothing = { source: null, port: null, device: null, mark: null };
// What is loaded with the first try stays open.
await tried(seen("10.1.0.1"), four, "tcp");
const before = open();
const found: Record<string, string> = {};
for (const [check, server, protocol = "tcp"] of cases)
  found[`${check} at ${server}`] = await tried(check, server, protocol);
const strange = { address: four, port: 80, origin: { ...nothing, source: six } } as never;
const end = await runCheck(tcpCheck(), strange, new AbortController().signal);
found["another family"] = end.kind === "failed" ? `${end.reason}: ${end.why}` : end.kind;
const many = await Promise.all(
  Array.from({ length: 50 }, () => tried(`${seen("10.1.0.7")}, source: 10.1.0.7`, four, "tcp")),
);
found["fifty at once"] = String(many.filter((end) => end === "passed").length);
found["descriptors left open"] = String(open() - before);
far.kill("SIGKILL");
console.log(JSON.stringify(found));
process.exit(0);
