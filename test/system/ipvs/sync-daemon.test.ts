/** The door to the sync daemons against a program that speaks as ipvsadm 1.31 does. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { SyncDaemon } from "../../../src/kernel/sync-text.ts";
import { MachineError } from "../../../src/model/error.ts";
import { usualSyncTarget } from "../../../src/model/sync-target.ts";
import { ms } from "../../../src/model/time.ts";
import { openSyncDaemons } from "../../../src/system/ipvs/sync-daemon.ts";
import { runningPrograms } from "../../../src/system/program/program.ts";
import { address } from "../../table/tables.ts";
import { eventually, install, scripts } from "../scripts.ts";

const program = `
echo "$*" >> $here/said
case "$1" in
  -L) [ ! -e $here/running ] || cat $here/running ;;
  --start-daemon) [ ! -e $here/running ] || { echo "Daemon has already run" >&2; exit 255; }
    echo "$2 sync daemon (mcast=$4, syncid=$6, maxlen=$8, group=224.0.0.81, port=8848, ttl=1)" > $here/running ;;
  --stop-daemon) rm $here/running 2>/dev/null || { echo "No daemon is running" >&2; exit 255; } ;;
esac
`;

const daemon: SyncDaemon = {
  kind: "master",
  device: "eth1",
  id: 7,
  datagramBytes: 160,
  ...usualSyncTarget,
};

test("a daemon is started, read back and stopped", async (t) => {
  const path = scripts(t, { ipvsadm: program });
  const daemons = openSyncDaemons({ path });
  assert.deepEqual(await daemons.read(), []);
  await daemons.start(daemon);
  assert.deepEqual(await daemons.read(), [daemon]);
  await daemons.stop("master");
  assert.deepEqual(await daemons.read(), []);
  assert.match(
    readFileSync(join(path, "said"), "utf8"),
    /^--start-daemon master --mcast-interface eth1 --syncid 7 --sync-maxlen 160$/m,
  );
});

test("what the kernel refuses is reported in its words", async (t) => {
  const daemons = openSyncDaemons({ path: scripts(t, { ipvsadm: program }) });
  await assert.rejects(daemons.stop("master"), /No daemon is running/);
  await daemons.start(daemon);
  await assert.rejects(daemons.start(daemon), (thrown) => {
    return thrown instanceof MachineError && /Daemon has already run/.test(thrown.message);
  });
});

test("the program is no real-time program, since nothing waits for it", async (t) => {
  const path = scripts(t, { ipvsadm: "echo $$ > $here/pid; sleep 0.3" });
  const reading = openSyncDaemons({ path }).read();
  await eventually("it runs", () => existsSync(join(path, "pid")));
  assert.deepEqual([...runningPrograms()], []);
  await reading;
});

test("an answer that is not understood is an error, and so is none", async (t) => {
  const path = scripts(t, { ipvsadm: program });
  const daemons = openSyncDaemons({ path, deadline: ms(300) });
  await daemons.read();
  install(path, "ipvsadm", "echo gibberish");
  await assert.rejects(daemons.read(), /not understood: gibberish/);
  install(path, "ipvsadm", "sleep 60");
  await assert.rejects(daemons.read(), /no answer within 300 ms/);
});

test("what the backup has not taken in, and had no room for, is known from its socket", (t) => {
  const socketsFile = join(scripts(t, {}), "udp");
  const { intake } = openSyncDaemons({ socketsFile });
  const nothing = { listening: false, waiting: 0, dropped: 0 };
  assert.deepEqual(intake(), nothing, "a kernel that does not tell");
  /** As Linux 6.1 prints the sockets of a master, a backup and somebody else. */
  writeFileSync(
    socketsFile,
    [
      "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            ",
      "  159: 00000000:DC6F 510000E0:2290 01 00000000:00000000 00:00000000 00000000     0        0 795 2 000000002cc3ca05 7          ",
      "  704: 510000E0:2290 00000000:0000 07 00000000:00000D00 00:00000000 00000000     0        0 857 2 000000000930e507 333        ",
      "  706: 030201EF:2291 00000000:0000 07 00000000:00000100 00:00000000 00000000     0        0 859 2 000000000930e507 4          ",
      "  705: 00000000:021B 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 858 2 000000000930e507 9          ",
      "",
    ].join("\n"),
  );
  assert.deepEqual(intake(), { listening: true, waiting: 0xd00, dropped: 333 });
  const other = { ...usualSyncTarget, group: address("239.1.2.3"), port: 8849 };
  assert.deepEqual(intake(other), { listening: true, waiting: 0x100, dropped: 4 });
  assert.deepEqual(intake({ ...other, port: 8850 }), nothing);
});

test("what was read counts while the sockets are the same ones, and no longer", async (t) => {
  const path = scripts(t, { ipvsadm: program });
  const socketsFile = join(path, "udp");
  /** As Linux 6.1 prints a master's socket among others. */
  const speakThrough = (inode: number): void => {
    const of = (remote: string, number: number) =>
      `  451: 01020B0A:8A3E ${remote} 01 00000000:00000000 00:00000000 00000000     0        0 ${number} 2 0000000000000000 0`;
    writeFileSync(
      socketsFile,
      ["  sl", of("00000000:0000", 7), of("510000E0:2290", inode), ""].join("\n"),
    );
  };
  const asked = () => readFileSync(join(path, "said"), "utf8").match(/^-L/gm)?.length;
  const daemons = openSyncDaemons({ path, socketsFile });
  await daemons.start(daemon);
  await daemons.read();
  await daemons.read();
  assert.equal(asked(), 2, "without a socket to be seen the program is asked each time");
  speakThrough(4711);
  for (let count = 0; count < 3; count++) assert.deepEqual(await daemons.read(), [daemon]);
  assert.equal(asked(), 3);
  speakThrough(4712);
  await daemons.read();
  assert.equal(asked(), 4, "another socket is another daemon");
});
