import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "../../../src/config/config.ts";
import { Links } from "../../../src/daemon/vips/links.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import type { EventBody } from "../../../src/model/event.ts";
import type { Interface } from "../../../src/system/ip/ip.ts";

const device = (name: string, state: Partial<Interface> = {}): Interface => ({
  name,
  index: 2,
  mac: "02:00:00:00:00:01",
  addresses: [],
  up: true,
  carrier: true,
  operstate: "UP",
  ...state,
});

function monitoring(monitorLinks: readonly string[] | "vips") {
  const events: EventBody[] = [];
  const links = new Links((event) => events.push(event));
  const configure = (monitored: readonly string[] | "vips"): void => {
    const failover = { monitorLinks: monitored };
    const routers = { primary: { public: "192.0.2.1", private: null }, backup: null };
    const vips = [{ device: "bond0.26" }];
    links.configure({ failover, routers, vips } as unknown as Config, "primary");
  };
  configure(monitorLinks);
  const look = (interfaces: readonly Interface[], names: Readonly<Record<string, string>> = {}) =>
    links.look(interfaces, (name) => names[name] ?? name);
  const told = (): string[] => events.splice(0).map((event) => `${event.kind}`);
  const faults = (): string[] => links.faults().map(({ text }) => text);
  return { look, configure, told, faults };
}

describe("monitored links", () => {
  it("are a fault from the start where there is no such device, until it is there", () => {
    const { look, told, faults } = monitoring(["later0"]);
    assert.ok(look([device("eth0")]));
    assert.deepEqual([told(), faults()], [["down"], ["later0: there is no such device"]]);
    assert.ok(!look([device("eth0")]), "which is told once");
    assert.ok(look([device("later0", { carrier: false })]));
    assert.deepEqual([told(), faults()], [["down"], ["later0: no carrier"]]);
    assert.ok(look([device("later0")]));
    assert.deepEqual([told(), faults()], [["up"], []]);
  });

  it("are those of the VIPs where none are named", () => {
    const { look, faults } = monitoring("vips");
    assert.ok(look([device("bond0.26", { up: false, carrier: false })]));
    assert.deepEqual(faults(), ["bond0.26: set down by its administrator"]);
  });

  it("are none where only a VIP's device is missing, unless an own address went with it", () => {
    const { look, told, faults } = monitoring("vips");
    const prefix = { address: "192.0.2.1" as IpAddress, length: 24 };
    const own = { prefix, label: null, tentative: false, expires: false, source: true };
    look([device("eth0", { addresses: [own] })]);
    assert.deepEqual([told(), faults()], [["down"], []]);
    assert.ok(look([device("eth0")]));
    assert.deepEqual([told(), faults()], [[], ["bond0.26: there is no such device"]]);
  });

  it("are followed when they are renamed", () => {
    const { look, told, faults } = monitoring(["eth0"]);
    look([device("eth0")]);
    assert.ok(!look([device("lan0")], { eth0: "lan0" }));
    assert.ok(look([device("lan0", { carrier: false })], { eth0: "lan0" }));
    assert.deepEqual([told(), faults()], [["down"], ["eth0: no carrier"]]);
  });

  it("say nothing of a device that carries packets, of another number too", () => {
    const { look, told, faults } = monitoring(["eth0"]);
    look([device("eth0")]);
    assert.ok(!look([device("eth0", { index: 9 })]));
    assert.deepEqual([told(), faults()], [[], []]);
  });

  it("are forgotten with their faults when they are monitored no longer", () => {
    const { look, configure, faults } = monitoring(["later0"]);
    look([]);
    assert.equal(faults().length, 1);
    configure(["eth0"]);
    assert.deepEqual(faults(), []);
  });
});
