/** Load monitors against Debian's daemons: rpc.rstatd, rwhod, snmpd, node_exporter. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { promisify } from "node:util";
import { runUnprivileged } from "../../../src/checks/program/unprivileged.ts";
import type { LoadMonitor } from "../../../src/config/schema/load-monitor.ts";
import { askLoad } from "../../../src/daemon/load/load-questions.ts";
import { noLoad } from "../../../src/health/load/load.ts";
import { messageOf } from "../../../src/model/error.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { root } from "../../checkout.ts";
import { loopback } from "../../checks/servers.ts";
import { realServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";
import { freePort, ServerProgram, Workshop } from "../checks/server-program.ts";

const workshop = new Workshop();
after(() => workshop.remove());

const monitor = (changes: Partial<LoadMonitor>): LoadMonitor => ({
  ...{ type: "agent", port: null, interval: seconds(10), timeout: ms(1000), send: null },
  ...{ oid: null, communityFile: null, command: null, args: ["%h", "%p"], divideBy: 1 },
  ...{ rule: "lvsd", minPercent: null, maxPercent: null },
  ...changes,
});

async function asked(changes: Partial<LoadMonitor>): Promise<string> {
  const question = {
    monitor: monitor(changes),
    realServer: realServer("rs1", { address: address(loopback) }),
    before: noLoad,
    signal: new AbortController().signal,
  };
  const rwho = { load: () => Promise.reject(new Error("not asked here")) };
  try {
    const answer = await askLoad(question, { runCommand: runUnprivileged, rwho });
    return "trouble" in answer ? answer.trouble : `load ${answer.value} ${answer.load.factor}`;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** Runs a script as root of namespaces of its own, where /run is empty. */
async function inside(script: string): Promise<{ load?: number; trouble?: string }> {
  const ask = `exec ${root}/node_modules/.bin/node ${join(import.meta.dirname, "ask-inside.ts")}`;
  const whole = `set -e; mount -t tmpfs none /run; ip link set lo up; ${script.replaceAll("ASK", ask)}`;
  const args = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const { stdout } = await promisify(execFile)("unshare", [...args, "sh", "-c", whole], {
    ...{ timeout: 30_000, killSignal: "SIGKILL" },
  });
  return JSON.parse(stdout);
}

const isLoad = (text: string): void => assert.match(text, /^load \d+(\.\d+)? (1|0\.\d+)$/);

describe("rup against rpc.rstatd", () => {
  // With a socket for its input rstatd would take itself for a child of inetd.
  it("finds it by the port mapper and reads the load of a minute", async () => {
    const { load, trouble } = await inside("rpcbind -w; rpc.rstatd </dev/null; ASK rup 127.0.0.1");
    assert.equal(trouble, undefined);
    assert.ok(load !== undefined && load >= 0 && load < 1000);
  });

  it("says what the port mapper does not know", async () => {
    const { trouble } = await inside("rpcbind -w; ASK rup 127.0.0.1");
    assert.match(trouble ?? "", /^rstatd at 127\.0\.0\.1: .*knows no rstatd over UDP$/);
  });

  it("fails where nothing answers", async () => {
    const { trouble } = await inside("ASK rup 127.0.0.1");
    assert.match(trouble ?? "", /^rstatd at 127\.0\.0\.1: port 111: /);
  });
});

/** A machine on the same network with rwhod, which speaks once when it is started. */
const neighbour = `mount -t tmpfs none /var/spool/rwho
  unshare --net sleep 60 & other=$!
  while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
  ip link add name va type veth peer name vb; ip link set dev va netns $other
  ip addr add 10.9.9.1/24 brd + dev vb; ip link set dev vb up
  nsenter --net=/proc/$other/ns/net sh -c \\
    "ip link set lo up; ip addr add 10.9.9.2/24 brd + dev va; ip link set dev va up"
  listening() { while [ ! -e /run/listening ]; do sleep 0.05; done; }`;

describe("ruptime against rwhod", () => {
  it("hears its broadcasts, by the address that they come from", async () => {
    const { load, trouble } = await inside(`${neighbour}
      (listening; exec nsenter --net=/proc/$other/ns/net rwhod) >/dev/null 2>&1 &
      ASK ruptime 10.9.9.2 nobody`);
    assert.equal(trouble, undefined);
    assert.ok(load !== undefined && load >= 0 && load < 1000);
  });

  it("reads the spool of this machine's own rwhod, by the name of the real server", async () => {
    const { load, trouble } = await inside(`${neighbour}
      rwhod; (listening; sleep 0.2; exec nsenter --net=/proc/$other/ns/net rwhod) >/dev/null 2>&1 &
      ASK spool 10.9.9.9 $(hostname)`);
    assert.equal(trouble, undefined);
    assert.ok(load !== undefined && load >= 0 && load < 1000);
  });
});

describe("prometheus against node_exporter", () => {
  it("reads the load of each processor; refused where nothing listens", async () => {
    const port = await freePort();
    const args = [`--web.listen-address=${loopback}:${port}`, "--log.level=error"];
    const command = "prometheus-node-exporter";
    const program = await ServerProgram.start({ command, args, port, workshop });
    try {
      isLoad(await asked({ type: "prometheus", port, timeout: seconds(10) }));
    } finally {
      await program.stop();
    }
    assert.match(await asked({ type: "prometheus", port }), /^http:\/\/127.*ECONNREFUSED/);
  });
});

describe("snmp against snmpd", () => {
  it("reads laLoad or another value, with a community from a file", async () => {
    const port = await freePort();
    const settings = "rocommunity secret 127.0.0.1\nview all included .1\n";
    const file = workshop.file("snmpd.conf", settings);
    const communityFile = workshop.file("community", "secret\n");
    const args = ["-f", "-Lo", "-C", "-c", file, `udp:${loopback}:${port}`];
    const snmp = { type: "snmp", port, communityFile } as const;
    const ready = async (): Promise<boolean> => (await asked(snmp)).startsWith("load ");
    const program = await ServerProgram.start({ command: "snmpd", args, port, workshop, ready });
    try {
      isLoad(await asked(snmp));
      // laLoadInt.1, in hundredths.
      const oid = "1.3.6.1.4.1.2021.10.1.5.1";
      isLoad(await asked({ ...snmp, oid, divideBy: 100 }));
      assert.match(await asked({ ...snmp, oid: "1.3.6.1.9.9.9" }), /NoSuch/);
      assert.match(await asked({ ...snmp, communityFile: null }), /^SNMP agent at 127/);
    } finally {
      await program.stop();
    }
  });
});

describe("agent", () => {
  const listening = async (
    said: string | null,
  ): Promise<{ readonly port: number; readonly heard: () => string; close(): void }> => {
    let heard = "";
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        heard += bytes;
        if (said !== null) socket.end(said);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
    const bound = server.address();
    assert.ok(bound !== null && typeof bound === "object");
    return { port: bound.port, heard: () => heard, close: () => server.close() };
  };

  it("reads a line, sends what it is to, and fails in time", async () => {
    const half = await listening("50% up\n");
    assert.equal(await asked({ port: half.port, send: "rs1\\n" }), "load null 0.5");
    assert.equal(half.heard(), "rs1\n");
    const mute = await listening(null);
    const silent = await asked({ port: mute.port, timeout: ms(100) });
    assert.equal(silent, `agent at 127.0.0.1 port ${mute.port}: no answer within 100 ms`);
    const garbage = await listening("<html>\n");
    assert.equal(await asked({ port: garbage.port, send: "?" }), 'the agent said "<html>"');
    for (const each of [half, mute, garbage]) each.close();
    assert.match(await asked({ port: half.port }), /ECONNREFUSED/);
  });
});

describe("command", () => {
  it("reads what it prints, and says why it failed", async () => {
    const command = "/bin/sh";
    const run = (script: string) => asked({ type: "command", command, args: ["-c", script] });
    assert.equal(await run("echo load average: 1.40, 2, 3"), "load 1.4 0.75");
    assert.equal(await run("echo oops >&2; exit 3"), "/bin/sh: status 3: oops");
    assert.equal(await run("true"), "/bin/sh: it printed nothing");
    assert.equal(await run("sleep 5"), "/bin/sh: it did not end within 1000 ms");
  });
});
