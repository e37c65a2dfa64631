import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { colored, plain } from "../../../src/cli/report/paint.ts";
import { statusReport } from "../../../src/cli/report/status.ts";
import type { Status } from "../../../src/control/api.ts";
import { invalidFile, sampleStatus } from "../../control/sample.ts";
import { now } from "./printed.ts";

process.env.TZ = "Etc/UTC";

const golden = `\
Router      primary, active, lvsd 0.1.0
Since       2026-01-01 00:00:00 (10m 5s): peer dead: silent for 1000 ms
Failback    auto
Config      /etc/lvsd/lvsd.yaml, serial 7, hash 0f0f0f0f0f0f
Peer        backup, alive, standby, same configuration
  public    alive, heard 120 ms ago, round trip 0.4 ms, 0 lost
  private   dead, heard 1m 1s ago, 244 lost
Heartbeats  1000 sent, 990 received, 2 late, refused: 3 bad-hmac
VIPs        10.11.12.10/24    eth1  held
            192.168.26.10/24  eth0  held
Services    mail     running for 10m 4s: its check passed
            reports  failed for 10m 3s: start failed: status 3
IPVS        in sync, 1 drift repaired
Refused     control: 1 bad-json

SERVER  ADDRESS                 STATE     WEIGHT  ACTIVE  INACTIVE  CHECK
web     tcp 192.168.26.10:80    up                    12       345  wlc
  rs1     10.11.12.1:80         up             2      12       340  http 2.1 ms
  rs2     10.11.12.2:80         down         0/1       0         5  http: connect: connection
                                                                    refused
dns6    udp [2001:db8::53]:53   down                   0         0  rr
  ns1     [2001:db8:1::1]:5353  checking     0/1       0         0  none
`;

test("a router with its peer", () => {
  assert.equal(statusReport(sampleStatus, now, plain), golden);
});

test("colours change nothing but colours", () => {
  const text = statusReport(sampleStatus, now, colored);
  assert.notEqual(text, golden);
  assert.equal(stripVTControlCharacters(text).replaceAll(/ +$/gm, ""), golden);
});

const troubled: Status = {
  ...sampleStatus,
  role: null,
  state: "fault",
  faults: [{ kind: "link", subject: "eth1", text: "no carrier" }],
  fence: 'exit status 4, said "no such socket"',
  config: { ...sampleStatus.config, error: invalidFile.problems },
  failback: { mode: "manual", blocked_by: "switchover", in_ms: 9500 },
  connection_sync: { state: "backup", device: "eth1", id: 1 },
  peer: null,
  vips: [
    {
      address: "192.168.26.10/24",
      device: "eth0",
      held: false,
      answered_by: "02:00:00:00:00:66",
    },
  ],
  ipvs: { in_sync: false, foreign_services: 2, last_error: "ipvsadm: killed after 1 s", drifts: 0 },
  refused: { control: {}, check: {}, config: {} },
  services: [
    {
      name: "mail",
      state: "starting",
      since: "2026-01-01T00:10:00.000Z",
      failures: 1,
      cause: "the router is active",
      last_error: "its check failed: connection refused",
    },
  ],
  virtual_servers: [],
};

test("a peer that nothing authenticates", () => {
  const said = (speaks: "lvsd" | "pulse"): string => {
    const heartbeat = { ...sampleStatus.heartbeat, speaks, authenticated: false };
    return statusReport({ ...sampleStatus, heartbeat }, now, plain);
  };
  assert.match(said("pulse"), /\n {12}not authenticated \(pulse, Piranha's protocol\): anybody/);
  assert.match(said("lvsd"), /\n {12}not authenticated \(authentication: none\): anybody/);
});

test("a router in trouble, alone", () => {
  assert.equal(
    statusReport(troubled, now, plain),
    `\
Router      no role yet, fault, lvsd 0.1.0
Since       2026-01-01 00:00:00 (10m 5s): peer dead: silent for 1000 ms
Fault       link eth1: no carrier
Fence       failed: exit status 4, said "no such socket"
Failback    manual, in 9s, blocked by: switchover
Config      /etc/lvsd/lvsd.yaml, serial 7, hash 0f0f0f0f0f0f
            the last reload was refused; the configuration above goes on:
              /etc/lvsd/lvsd.yaml:12:15: heartbeat.dead_after: 300ms is less than 2 x interval (2 x 250ms) (use at least 500ms)
Peer        none configured
Heartbeats  1000 sent, 990 received, 2 late, refused: 3 bad-hmac
Sync        connections: backup on eth1, id 1
VIPs        192.168.26.10/24  eth0  not held  answered by a stranger, 02:00:00:00:00:66
Services    mail  starting for 5s: the router is active
              its check failed: connection refused
IPVS        not in sync, 2 virtual services of others left alone
            ipvsadm: killed after 1 s

SERVER  ADDRESS  STATE  WEIGHT  ACTIVE  INACTIVE  CHECK
`,
  );
});

test("a router that balances nothing says so instead of praising an empty table", () => {
  const text = statusReport({ ...sampleStatus, virtual_servers: [] }, now, plain);
  assert.match(text, /^IPVS {8}nothing to balance, 1 drift repaired$/m);
});

test("long names, addresses and errors are wrapped within 100 columns, nothing is lost", () => {
  const [web = assert.fail()] = sampleStatus.virtual_servers;
  const [server = assert.fail()] = web.real_servers;
  const address = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff";
  const status: Status = {
    ...sampleStatus,
    virtual_servers: [
      {
        ...web,
        name: "n".repeat(63),
        real_servers: [
          {
            ...server,
            name: "r".repeat(63),
            address,
            port: 65_535,
            state: "checking",
            check: { ...server.check, last_error: "e".repeat(300) },
          },
        ],
      },
    ],
  };
  const [, table = ""] = statusReport(status, now, plain).split("\n\n");
  for (const line of table.split("\n")) assert.ok(line.length <= 100, line);
  const letters = (letter: string) => table.split(letter).length - 1;
  assert.equal(letters("r"), 63);
  assert.ok(letters("n") >= 63);
  assert.ok(table.replaceAll(/[^0-9a-f:\]]/g, "").includes("ffff]:65535"));
});

test("control characters from elsewhere do not reach the terminal", () => {
  const cause = "\u001b[2Jgone\nRouter  standby";
  const text = statusReport({ ...sampleStatus, cause }, now, plain);
  assert.ok(text.includes(": \\x1b[2Jgone\\x0aRouter  standby\n"));
});
