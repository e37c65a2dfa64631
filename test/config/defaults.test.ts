import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, readText } from "./texts.ts";

/** The least that can be written. */
const least = `routers:
  primary: { public: 192.0.2.1 }
  backup: { public: 192.0.2.9 }
virtual_servers:
  web: { address: 192.0.2.2, port: 80, real_servers: { rs1: { address: 10.0.0.1 } } }
`;

test("what is left out has its default", () => {
  const { hash: _hash, ...config } = accepted(readText(least));
  assert.deepEqual(config, {
    path: "/etc/lvsd/lvsd.yaml",
    serial: 1,
    include: [],
    routers: {
      primary: { public: "192.0.2.1", private: null },
      backup: { public: "192.0.2.9", private: null },
    },
    heartbeat: {
      authentication: "hmac",
      port: 539,
      interval: 250,
      deadAfter: 1000,
      warnAfter: 500,
      keyFile: "/etc/lvsd/heartbeat.key",
      protocol: "lvsd",
    },
    failover: {
      failback: "auto",
      failbackDelay: 10_000,
      startDelay: 3000,
      monitorLinks: "vips",
      gateway: [],
      announce: { count: 5, interval: 1000, refresh: 60_000 },
      fence: null,
      services: [],
    },
    clusterSync: true,
    guard: { removePercent: 50 },
    connectionSync: null,
    timeouts: null,
    checks: { concurrency: 1000 },
    sysctl: "auto",
    marks: "lvsd",
    masquerade: false,
    notify: { command: null, mail: null },
    console: { listen: "127.0.0.1", port: 3636, allow: [], tls: null },
    vips: [
      { prefix: { address: "192.0.2.2", length: 32 }, device: null, label: null, kind: "vip" },
    ],
    claimedAlone: [],
    virtualServers: [
      {
        name: "web",
        position: 0,
        active: true,
        protocol: "tcp",
        address: "192.0.2.2",
        port: 80,
        mark: null,
        ftp: null,
        scheduler: "wlc",
        schedulerFlags: [],
        onePacket: false,
        persistence: null,
        reentry: 0,
        quiesce: false,
        start: "checking",
        tripwire: false,
        damping: "off",
        slowStart: 0,
        quorum: { up: { value: 1, unit: "servers" }, down: { value: 0, unit: "servers" } },
        panicThreshold: 0,
        sorryServer: null,
        sorryPage: null,
        loadMonitor: "none",
        weightScale: 1,
        namedServers: [],
        realServers: [
          {
            name: "rs1",
            position: 0,
            active: true,
            address: "10.0.0.1",
            port: 80,
            weight: 1,
            mapsPort: false,
            forwarding: "nat",
            tunnel: { type: "ipip" },
            connections: { max: 0, min: 0 },
            check: {
              type: "tcp",
              tls: null,
              interval: 2000,
              timeout: 2000,
              fall: 2,
              rise: 1,
              address: null,
              port: null,
            },
          },
        ],
      },
    ],
  });
});

/** Values that are written in several ways. */
test("a single router without a backup needs no key, and has one if it is given", () => {
  const alone = least.replace(/ {2}backup.*\n/, "");
  assert.equal(accepted(readText(alone)).routers.backup, null);
  assert.equal(accepted(readText(alone)).heartbeat.keyFile, null);
  const given = accepted(readText(`${alone}heartbeat: { key_file: keys/a.key }\n`));
  assert.equal(given.heartbeat.keyFile, "/etc/lvsd/keys/a.key");
  const none = accepted(readText(`${least}heartbeat: { authentication: none }\n`));
  assert.equal(none.heartbeat.keyFile, null);
  const pulse = accepted(readText(`${least}heartbeat: { protocol: pulse, dead_after: 5s }\n`));
  assert.equal(pulse.heartbeat.keyFile, null, "pulse signs nothing");
  const auto = accepted(readText(`${least}heartbeat: { protocol: auto, dead_after: 5s }\n`));
  assert.equal(auto.heartbeat.keyFile, "/etc/lvsd/heartbeat.key");
});

test("dead_after, warn_after and start_delay follow the interval", () => {
  const { heartbeat, failover } = accepted(readText(`${least}heartbeat: { interval: 50ms }\n`));
  assert.deepEqual(
    [heartbeat.deadAfter, heartbeat.warnAfter, failover.startDelay],
    [200, 100, 600],
  );
});

test("monitor_links: false turns it off, one name is a list of one", () => {
  const links = (value: string) =>
    accepted(readText(`${least}failover: { monitor_links: ${value} }\n`)).failover.monitorLinks;
  assert.deepEqual(links("false"), []);
  assert.deepEqual(links("eth0"), ["eth0"]);
  assert.deepEqual(links("[eth0, eth1]"), ["eth0", "eth1"]);
  assert.equal(links(""), "vips");
});

test("mh and sh have their fallback flag unless others are given", () => {
  const flags = (keys: string) =>
    accepted(readText(`${least}defaults: { ${keys} }\n`)).virtualServers[0]?.schedulerFlags;
  assert.deepEqual(flags("scheduler: mh"), ["mh-fallback"]);
  assert.deepEqual(flags("scheduler: sh"), ["sh-fallback"]);
  assert.deepEqual(flags("scheduler: sh, scheduler_flags: []"), []);
  assert.deepEqual(flags("scheduler: mh, scheduler_flags: [mh-port]"), ["mh-port"]);
  assert.deepEqual(flags("scheduler: rr"), []);
});

test("netmasks are dotted masks or prefix lengths", () => {
  const bits = (netmask: string, vip = "192.0.2.2") =>
    accepted(
      readText(
        least
          .replace("192.0.2.2", vip)
          .replace("10.0.0.1", vip.includes(":") ? "fd00::1" : "10.0.0.1")
          .replace("port: 80", `port: 80, persistence: { netmask: ${netmask} }`),
      ),
    ).virtualServers[0]?.persistence?.maskBits;
  assert.equal(bits("255.255.255.0"), 24);
  assert.equal(bits("255.255.255.255"), 32);
  assert.equal(bits("24"), 24);
  assert.equal(bits("/24"), 24);
  assert.equal(bits(""), 32);
  assert.equal(bits("64", "'2001:db8::2'"), 64);
  assert.equal(bits("", "'2001:db8::2'"), 128);
});

test("a real server overrides forwarding, port, weight and activity", () => {
  const text = least.replace(
    "rs1: { address: 10.0.0.1 }",
    "rs1: { address: 10.0.0.1, forwarding: nat, port: 8080, weight: 0, active: false }, rs2: { address: 10.0.0.2 }",
  );
  const [server] = accepted(readText(`${text}forwarding: direct\n`)).virtualServers;
  assert.deepEqual(
    server?.realServers.map((real) => [real.forwarding, real.port, real.weight, real.active]),
    [
      ["nat", 8080, 0, false],
      ["direct", 80, 1, true],
    ],
  );
});
