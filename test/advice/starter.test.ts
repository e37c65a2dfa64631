import assert from "node:assert/strict";
import { test } from "node:test";
import { type StarterAnswers, starter } from "../../src/advice/starter.ts";
import { parseAddress, parsePrefix } from "../../src/model/address.ts";
import { accepted, readText } from "../config/texts.ts";

const address = (text: string) => parseAddress(text) ?? assert.fail(text);
const prefix = (text: string) => parsePrefix(text) ?? assert.fail(text);

const cases: readonly (readonly [name: string, answers: Partial<StarterAnswers>])[] = [
  ["nothing known", {}],
  ["a single router", { backup: null }],
  ["one path", { primary: { public: address("192.0.2.1"), private: null }, backup: null }],
  ["a primary with one path", { primary: { public: address("192.0.2.1"), private: null } }],
  ["a primary of IPv6", { primary: { public: address("2001:db8::1"), private: null } }],
  ["a backup with one path", { backup: { public: address("192.0.2.1"), private: null } }],
  ["a device", { device: "bond0.12" }],
  ["IPv6", { vip: prefix("2001:db8::10/64"), realServers: [address("2001:db8:1::1")] }],
  ["a VIP of another family than the example's servers", { vip: prefix("2001:db8::10/64") }],
  ["direct routing", { forwarding: "direct", port: 443 }],
  ["no real server yet", { realServers: [] }],
];

for (const [name, answers] of cases) {
  test(`the first configuration is sound: ${name}`, () => {
    const config = accepted(readText(starter(answers)));
    assert.equal(config.virtualServers[0]?.name, "web");
    if (answers.vip !== undefined) assert.deepEqual(config.vips.at(-1)?.prefix, answers.vip);
    if (answers.backup === null) assert.equal(config.routers.backup, null);
  });
}

test("what was answered stands in the configuration", () => {
  const primary = { public: address("192.0.2.1"), private: null };
  const backup = { public: address("192.0.2.2"), private: null };
  const realServers = [address("198.51.100.7")];
  const vip = prefix("192.0.2.10/24");
  const text = starter({ primary, backup, realServers, vip, device: "ens3", port: 25 });
  const config = accepted(readText(text));
  assert.deepEqual(config.routers, { primary, backup });
  assert.deepEqual(config.vips.at(-1), { prefix: vip, device: "ens3", label: null, kind: "vip" });
  const [server] = config.virtualServers;
  assert.equal(server?.port, 25);
  assert.deepEqual(
    server?.realServers.map((real) => real.address),
    realServers,
  );
});

test("no line is too long for a terminal", () => {
  for (const line of starter().split("\n")) assert.ok(line.length <= 100, line);
});
