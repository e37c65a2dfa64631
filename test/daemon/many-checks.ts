/**
 * What many checks cost one daemon: its heartbeat's lateness, its memory, its changes of state.
 *
 *     node test/daemon/many-checks.ts [COUNT [TYPE [SECONDS]]]        (10000 tcp 60; as root)
 *
 * The daemon is whole and its checks are real: one nginx answers for all real servers, whose
 * addresses are local in a network namespace of this program's own. The table is in memory, since
 * programming it is not what is measured, and this machine's kernel may have no IPVS.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCheck } from "../../src/checks/check.ts";
import { now } from "../../src/system/process/clock.ts";
import { MemoryMachine, MemorySwitch } from "./memory-machine.ts";

const [count = "10000", type = "tcp", seconds = "60"] = process.argv.slice(2);
const inside = "LVSD_MANY_CHECKS";
const perVirtualServer = 1000;
const intervalMs = 250;
/** First checks of 10,000 real servers on a machine that is busy. */
const upWithinMs = 120_000;
/** No event for so long: the start is over. */
const quietMs = 3000;

if (process.env[inside] === undefined) {
  const script = `ip link set lo up && ip route add local 10.20.0.0/16 dev lo && exec "$@"`;
  const launcher = readFileSync(new URL("../../bin/lvsd", import.meta.url), "utf8");
  // What it starts the daemon with decides over memory and pauses.
  const [, settings = "", flags = ""] =
    /^(\S+) exec "\$node" ([^"]*)/m.exec(launcher.replaceAll("\\\n", "")) ?? [];
  const program = [process.execPath, ...flags.trim().split(/\s+/), ...process.argv.slice(1)];
  const argv = ["-n", "sh", "-c", script, "sh", "env", settings, ...program];
  const { status } = spawnSync("unshare", argv, {
    stdio: "inherit",
    env: { ...process.env, [inside]: "1" },
  });
  process.exit(status ?? 1);
}

const directory = mkdtempSync(join(tmpdir(), "lvsd-many-"));
const web = startNginx(directory);
const beats: number[] = [];
const machine = new MemoryMachine(new MemorySwitch(() => beats.push(now())), "192.0.2.2", runCheck);
try {
  machine.configure(configuration());
  const daemon = await machine.start();
  const up = () =>
    [...machine.kernel.table.values()].reduce(
      (sum, { destinations }) => sum + destinations.size,
      0,
    );
  const until = Date.now() + upWithinMs;
  // The log is written bit by bit: what it says of the start must not count as what came after it.
  for (let told = -1; up() < Number(count) || told < machine.events.length; ) {
    if (Date.now() > until) throw new Error(`only ${up()} of ${count} real servers came up`);
    told = machine.events.length;
    await new Promise((resolve) => setTimeout(resolve, quietMs));
  }
  beats.length = 0;
  const events = machine.events.length;
  const cpu = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
  const used = process.cpuUsage(cpu);
  const late = beats
    .slice(1)
    .map((at, index) => Math.max(0, at - (beats[index] ?? at) - intervalMs))
    .sort((a, b) => a - b);
  const changes = machine.events.slice(events).filter(({ event }) => event === "real_server");
  const figures = [
    `${count} real servers, ${type} every 2 s, ${seconds} s`,
    `heartbeats: ${late.length}, late by ${late[Math.floor(late.length * 0.999)]?.toFixed(1)} ms at p99.9 (goal 20)`,
    `changes of state: ${changes.length} (goal 0)`,
    `memory: ${Math.round(process.memoryUsage().rss / 1024 ** 2)} MiB (goal 400)`,
    `processor: ${Math.round((used.user + used.system) / Number(seconds) / 10_000)} % of one`,
  ];
  process.stdout.write(`${figures.join("\n")}\n`);
  await daemon.stop("the measuring is over");
} finally {
  web.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);

function configuration() {
  const groups = Math.ceil(Number(count) / perVirtualServer);
  const group = (at: number) => [
    `web${at}`,
    {
      address: `192.0.2.${100 + at}/24`,
      device: "eth0",
      port: 80,
      forwarding: "direct",
      check: { type, interval: "2s", timeout: "2s" },
      real_servers: Object.fromEntries(
        Array.from({ length: Math.min(perVirtualServer, Number(count) - at * perVirtualServer) })
          .map((_, of) => at * perVirtualServer + of)
          .map((of) => [`rs${of}`, { address: `10.20.${of >> 8}.${of & 255}` }]),
      ),
    },
  ];
  return {
    routers: { primary: { public: "192.0.2.2" }, backup: { public: "192.0.2.3" } },
    heartbeat: { authentication: "none", interval: `${intervalMs}ms` },
    failover: { start_delay: "1s", monitor_links: false },
    virtual_servers: Object.fromEntries(Array.from({ length: groups }, (_, at) => group(at))),
  };
}

function startNginx(place: string) {
  mkdirSync(join(place, "temporary"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${place}/temporary/${kind};`)
    .join(" ");
  const file = join(place, "nginx.conf");
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${place}/pid; error_log ${place}/error.log;
worker_rlimit_nofile 20000;
events { worker_connections 16384; }
http { access_log off; ${temporary}
  server { listen 80 backlog=4096; location / { return 200 "up\\n"; } } }
`,
  );
  return spawn("nginx", ["-c", file, "-e", `${place}/error.log`], { stdio: "ignore" });
}
