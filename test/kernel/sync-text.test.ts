/** ipvsadm's words about the sync daemons, as ipvsadm 1.31 prints them on a real kernel. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  parseSyncDaemons,
  type SyncDaemon,
  sameSyncDaemon,
  startWords,
  stopWords,
} from "../../src/kernel/sync-text.ts";
import { isRefused } from "../../src/model/error.ts";
import { usualSyncTarget } from "../../src/model/sync-target.ts";
import { address } from "../table/tables.ts";

const master =
  "master sync daemon (mcast=eth1, syncid=0, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)";
const backup =
  "backup sync daemon (mcast=bond0.7, syncid=255, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)";

const parsed = (text: string): readonly SyncDaemon[] => {
  const daemons = parseSyncDaemons(text);
  if (isRefused(daemons)) throw new Error(`refused: ${daemons.detail}`);
  return daemons;
};

test("no daemon runs", () => {
  assert.deepEqual(parsed(""), []);
  assert.deepEqual(parsed("\n"), []);
});

test("both daemons are read", () => {
  assert.deepEqual(parsed(`${master}\n${backup}\n`), [
    { kind: "master", device: "eth1", id: 0, datagramBytes: 1472, ...usualSyncTarget },
    { kind: "backup", device: "bond0.7", id: 255, datagramBytes: 1472, ...usualSyncTarget },
  ]);
});

test("a kernel that says less is understood", () => {
  assert.deepEqual(parsed("master sync daemon (mcast=eth1, syncid=3)"), [
    { kind: "master", device: "eth1", id: 3, datagramBytes: null, ...usualSyncTarget },
  ]);
});

const elsewhere: readonly (readonly [from: string, to: string, read: Partial<SyncDaemon>])[] = [
  ["224.0.0.81", "224.0.0.82", { group: address("224.0.0.82") }],
  ["224.0.0.81", "ff02::81", { group: address("ff02::81") }],
  ["port=8848", "port=8849", { port: 8849 }],
  ["ttl=1", "ttl=7", { ttl: 7 }],
];

for (const [from, to, read] of elsewhere)
  test(`a daemon that speaks elsewhere is another one: ${to}`, () => {
    const [usual] = parsed(master);
    const [found] = parsed(master.replace(from, to));
    assert.ok(usual && found);
    assert.deepEqual(found, { ...usual, ...read });
    assert.ok(!sameSyncDaemon(found, usual));
  });

for (const text of [
  "sync daemon",
  "slave sync daemon (mcast=eth1, syncid=0)",
  `${master}\nnonsense`,
  master.replace("224.0.0.81", "nowhere"),
])
  test(`text that is none is refused: ${text.slice(-40)}`, () => {
    assert.ok(!isRefused(parseSyncDaemons(master)));
    assert.ok(isRefused(parseSyncDaemons(text)));
  });

test("a list without end is refused", () => {
  assert.ok(!isRefused(parseSyncDaemons(`${master}\n`.repeat(2))));
  assert.ok(isRefused(parseSyncDaemons(`${master}\n`.repeat(17))));
});

test("the words that start and stop a daemon", () => {
  const daemon: SyncDaemon = {
    kind: "master",
    device: "eth1",
    id: 7,
    datagramBytes: 160,
    ...usualSyncTarget,
  };
  const plain = "--start-daemon master --mcast-interface eth1 --syncid 7";
  assert.equal(startWords(daemon).join(" "), `${plain} --sync-maxlen 160`);
  assert.equal(startWords({ ...daemon, datagramBytes: null }).join(" "), plain);
  const other = { group: address("239.1.2.3"), port: 8849, ttl: 2 };
  assert.equal(
    startWords({ ...daemon, ...other, datagramBytes: null }).join(" "),
    `${plain} --mcast-group 239.1.2.3 --mcast-port 8849 --mcast-ttl 2`,
  );
  assert.equal(stopWords("backup").join(" "), "--stop-daemon backup");
});

test("what the wish leaves open may be anything, the rest must be the same", () => {
  const wanted: SyncDaemon = {
    kind: "master",
    device: "eth1",
    id: 0,
    datagramBytes: 1472,
    ...usualSyncTarget,
  };
  const [found] = parsed(master);
  assert.ok(found);
  assert.ok(sameSyncDaemon(found, wanted));
  assert.ok(sameSyncDaemon(found, { ...wanted, datagramBytes: null }));
  assert.ok(!sameSyncDaemon(found, { ...wanted, datagramBytes: 160 }));
  assert.ok(!sameSyncDaemon(found, { ...wanted, kind: "backup" }));
  assert.ok(!sameSyncDaemon(found, { ...wanted, device: "eth0" }));
  assert.ok(!sameSyncDaemon(found, { ...wanted, id: 1 }));
});
