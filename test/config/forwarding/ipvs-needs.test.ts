import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type IpvsHere,
  isOlder,
  missingOfIpvs,
  neededModules,
} from "../../../src/config/forwarding/ipvs-needs.ts";
import type { SchedulerFlag } from "../../../src/model/service.ts";
import { usualSyncTarget } from "../../../src/model/sync-target.ts";
import { seconds } from "../../../src/model/time.ts";
import { config, realServer, virtualServer } from "../../table/configs.ts";

const sip = virtualServer("sip", {
  protocol: "udp",
  scheduler: "mh",
  persistence: { timeout: seconds(60), maskBits: 32, engine: "sip" },
  realServers: [
    realServer("a", { forwarding: "tunnel", tunnel: { type: "gre", checksum: false } }),
  ],
});
const whole: IpvsHere = { missingModules: new Set(), ipvsadm: "1.31", kernel: "6.1.0-18-amd64" };
const messages = (here: Partial<IpvsHere>, of = sip): readonly string[] =>
  missingOfIpvs(config(of), { ...whole, ...here }).map(
    ({ message, hint }) => `${message}; ${hint}`,
  );

test("schedulers and engines are modules, each named once; inactive virtual servers need none", () => {
  const again = { ...sip, name: "sip2" };
  const off = virtualServer("off", { active: false, scheduler: "ovf" });
  assert.deepEqual(
    neededModules(config(sip, again, off)).map(({ module }) => module),
    ["ip_vs_mh", "ip_vs_pe_sip"],
  );
});

test("a machine that has everything lacks nothing", () => {
  assert.deepEqual(messages({}), []);
});

test("what the kernel lacks is named with its release", () => {
  assert.deepEqual(messages({ missingModules: new Set(["ip_vs_mh", "ip_vs_fo"]) }), [
    "virtual_servers.sip.scheduler: this kernel (6.1.0-18-amd64) has no scheduler mh; install a kernel with the module ip_vs_mh, or use another one",
  ]);
  assert.match(
    messages({ kernel: "4.19.0-27-amd64" })[0] ?? "",
    /kernel 4.19.0-27-amd64 knows no tunnel of type gre; it takes kernel 5.3/,
  );
});

test("what ipvsadm lacks is named with its version, where that is known", () => {
  assert.deepEqual(messages({ ipvsadm: "1.29" }), [
    "virtual_servers.sip.real_servers.a: ipvsadm 1.29 knows no tunnel of type gre; it takes ipvsadm 1.31; ipip works here",
  ]);
  assert.deepEqual(messages({ ipvsadm: null }), []);
  const plain = { ...sip, realServers: [realServer("a", { forwarding: "tunnel" })] };
  assert.deepEqual(messages({ ipvsadm: "1.26" }, plain), []);
});

test("connections are synchronised in small datagrams, which an old ipvsadm cannot ask for", () => {
  const synced = {
    ...config(),
    connectionSync: { device: "eth1", id: 1, ...usualSyncTarget, maxLength: 160 },
  };
  const asked = (ipvsadm: string) => missingOfIpvs(synced, { ...whole, ipvsadm });
  assert.deepEqual(asked("1.29"), []);
  assert.match(
    asked("1.28")[0]?.message ?? "",
    /^connection_sync: ipvsadm 1\.28 does not know the size .*--sync-maxlen/,
  );
});

test("scheduler flags that ipvsadm lacks are named at the virtual server that has them", () => {
  const flags = (...schedulerFlags: readonly SchedulerFlag[]) =>
    virtualServer("web", { scheduler: "mh", schedulerFlags });
  assert.deepEqual(messages({ ipvsadm: "1.29" }, flags("mh-port")), [
    "virtual_servers.web.scheduler_flags: ipvsadm 1.29 does not know the flags of the scheduler mh; it takes ipvsadm 1.30; or write scheduler_flags: []",
  ]);
  assert.equal(messages({ ipvsadm: "1.26" }, flags("sh-port")).length, 1);
  assert.deepEqual(messages({ ipvsadm: "1.30" }, flags("mh-port", "mh-fallback")), []);
});

test("versions are compared number by number", () => {
  assert.ok(isOlder("1.9", "1.31"));
  assert.ok(isOlder("5", "5.3"));
  assert.ok(!isOlder("5.3.0-rc1", "5.3"));
  assert.ok(!isOlder("6.1", "5.3"));
});
