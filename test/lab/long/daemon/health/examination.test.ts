import assert from "node:assert/strict";
import { test } from "node:test";
import { Examination } from "../../../../../src/daemon/health/examination.ts";
import { instant } from "../../../../../src/model/time.ts";
import { readText } from "../../../../config/texts.ts";
import { sampleStatus } from "../../../../control/sample.ts";

/** A VIP on no device and no real server: nothing is asked on the wire. */
const text = `
routers: { primary: { public: 198.18.77.1 }, backup: { public: 198.18.77.2 } }
heartbeat: { authentication: none }
vips: [{ address: 198.18.77.10/24, device: nowhere0 }]
`;

test("the daemon says what doctor finds, and asks the machine once in ten seconds", async () => {
  const read = readText(text);
  assert.ok("config" in read);
  let now = 0;
  let asked = 0;
  const examination = new Examination({
    now: () => instant(now),
    wallClock: () => "2026-01-01T00:00:00.000Z",
    status: async () => {
      asked += 1;
      const peer = sampleStatus.peer && { ...sampleStatus.peer, alive: false };
      return { ...sampleStatus, peer };
    },
    config: () => ({ ...read, keys: [] }),
    peer: async () => ({
      has: { files: {}, networks: {}, clock: 0, version: "0.1.0", configHash: "ab".repeat(32) },
      askedAt: 60_000,
    }),
  });
  const [report, same] = await Promise.all([examination.read(), examination.read()]);
  assert.equal(report, same);
  const names = report.findings.map(({ finding }) => finding);
  assert.ok(names.includes("vip-device") && names.includes("peer-silent"), names.join(" "));
  assert.equal(report.ok, false);
  assert.deepEqual(report.real_servers, { asked: 0, all: 0 });
  const compared = report.findings.filter(({ finding }) => finding === "clock");
  assert.match(compared.map(({ seen }) => seen).join("\n"), /clocks are 60 s apart/);
  assert.ok(names.includes("config-mismatch"), "the peer was asked");
  now = 9_999;
  await examination.read();
  assert.equal(asked, 1);
  now = 10_000;
  await examination.read();
  assert.equal(asked, 2);
});

test("a process that cannot do it is an error of the machine", async () => {
  const read = readText(text);
  assert.ok("config" in read);
  const examination = new Examination({
    now: () => instant(0),
    wallClock: () => "2026-01-01T00:00:00.000Z",
    status: async () => sampleStatus,
    config: () => ({ ...read, files: [], keys: [] }),
    peer: async () => "the peer is dead",
  });
  await assert.rejects(
    examination.read(),
    /^MachineError: node .*examination-process.*was not kept/,
  );
});
