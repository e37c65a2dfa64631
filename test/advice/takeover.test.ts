import assert from "node:assert/strict";
import { test } from "node:test";
import { type Before, judgeTakeover } from "../../src/advice/takeover.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { parseSave } from "../../src/kernel/ipvs-text.ts";
import { isRefused } from "../../src/model/error.ts";
import { filesOf, mainPath } from "../config/texts.ts";
import { address } from "../table/tables.ts";

const text = `
routers:
  primary: { public: 192.0.2.1 }
  backup: { public: 192.0.2.2 }
vips:
  - { address: 10.0.0.254/24, device: eth1 }
virtual_servers:
  web:
    address: 198.51.100.10/24
    device: eth0
    port: 80
    forwarding: nat
    sorry_server: { address: 10.0.0.9 }
    real_servers:
      one: { address: 10.0.0.1 }
      two: { address: 10.0.0.2 }
`;

const table = `-A -t 198.51.100.10:80 -s rr
-a -t 198.51.100.10:80 -r 10.0.0.1:80 -m -w 1
-a -t 198.51.100.10:80 -r 10.0.0.2:80 -m -w 0
`;

function judged(change: { table?: string; claimed?: string[]; eth0?: string[]; vip?: boolean }) {
  const read = readConfig(mainPath, filesOf({ [mainPath]: text }));
  assert.ok("config" in read, JSON.stringify(read));
  const saved = parseSave(change.table ?? table);
  assert.ok(!isRefused(saved));
  const at = (...all: string[]) => ({
    addresses: all.map((each) => {
      const [one = "", length] = each.split("/");
      return { prefix: { address: address(one), length: Number(length) } };
    }),
  });
  const vip = change.vip === false ? [] : ["198.51.100.10/24"];
  const before: Before = {
    interfaces: [
      { name: "lo", ...at("127.0.0.1/8") },
      { name: "eth0", ...at(...(change.eth0 ?? ["198.51.100.1/24"]), ...vip) },
      { name: "eth1", ...at("10.0.0.3/24") },
    ],
    table: saved.table,
    claimed: (change.claimed ?? ["198.51.100.10", "10.0.0.254"]).map(address),
  };
  const { isHolder, refusals } = judgeTakeover(read.config, before);
  return { isHolder, said: refusals.map(({ message }) => message) };
}

test("what is covered is taken over, by the holder and by the standby", () => {
  assert.deepEqual(judged({}), { isHolder: true, said: [] });
  assert.deepEqual(judged({ vip: false }), { isHolder: false, said: [] });
});

test("a VIP of the other program that lvsd would not claim", () => {
  const { said } = judged({ claimed: ["198.51.100.10", "198.51.100.11"] });
  assert.deepEqual(said, ["the VIP 198.51.100.11 is not claimed by lvsd's configuration"]);
});

test("a virtual service, or a real server with connections, that lvsd's table would not have", () => {
  const more = `${table}-A -u 198.51.100.10:53 -s rr\n`;
  assert.match(judged({ table: more }).said.join(), /udp 198\.51\.100\.10:53 is in the kernel/);
  const server = table.replace("10.0.0.1:80", "10.0.0.7:80");
  assert.match(judged({ table: server }).said.join(), /real server 10\.0\.0\.7:80 of .*web/);
  const drained = table.replace("10.0.0.2:80 -m -w 0", "10.0.0.8:80 -m -w 0");
  assert.deepEqual(judged({ table: drained }).said, []);
  const sorry = table.replace("10.0.0.1:80", "10.0.0.9:80");
  assert.deepEqual(judged({ table: sorry }).said, []);
});

test("a network in which the router has floating addresses alone", () => {
  const { said } = judged({ eth0: ["203.0.113.1/24"] });
  assert.match(said.join(), /eth0 has no address in the network of 198\.51\.100\.10\/24/);
});
