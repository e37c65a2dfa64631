import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "../../../src/config/config.ts";
import { Links } from "../../../src/daemon/vips/links.ts";
import type { EventBody } from "../../../src/model/event.ts";
import type { Interface } from "../../../src/system/ip/ip.ts";

const device = (name: string, state: Partial<Interface> = {}): Interface => ({
  ...{ name, index: 2, mac: "02:00:00:00:00:01", addresses: [] },
  ...{ up: true, carrier: true, operstate: "UP" },
  ...state,
});

function monitoring(monitorLinks: readonly string[] | "vips") {
  const events: EventBody[] = [];
  const links = new Links((event) => events.push(event));
  const configure = (monitored: readonly string[] | "vips"): void => {
    const failover = { monitorLinks: monitored };
    links.configure({ failover, vips: [{ device: "bond0.26" }] } as unknown as Config);
  };
  configure(monitorLinks);
  const told = (): string[] => events.splice(0).map((event) => `${event.kind}`);
  const faults = (): string[] => links.faults().map(({ text }) => text);
  return { links, configure, told, faults };
}

describe("monitored links", () => {
  it("are a fault from the start where there is no such device, until it is there", () => {
    const { links, told, faults } = monitoring(["later0"]);
    assert.ok(links.look([device("eth0")]));
    assert.deepEqual([told(), faults()], [["down"], ["later0: there is no such device"]]);
    assert.ok(!links.look([device("eth0")]), "which is told once");
    assert.ok(links.look([device("later0", { carrier: false })]));
    assert.deepEqual([told(), faults()], [["down"], ["later0: no carrier"]]);
    assert.ok(links.look([device("later0")]));
    assert.deepEqual([told(), faults()], [["up"], []]);
  });

  it("are those of the VIPs where none are named", () => {
    const { links, faults } = monitoring("vips");
    assert.ok(links.look([device("bond0.26", { up: false, carrier: false })]));
    assert.deepEqual(faults(), ["bond0.26: set down by its administrator"]);
  });

  it("say nothing of a device that carries packets, of another number too", () => {
    const { links, told, faults } = monitoring(["eth0"]);
    links.look([device("eth0")]);
    assert.ok(!links.look([device("eth0", { index: 9 })]));
    assert.deepEqual([told(), faults()], [[], []]);
  });

  it("are forgotten with their faults when they are monitored no longer", () => {
    const { links, configure, faults } = monitoring(["later0"]);
    links.look([]);
    assert.equal(faults().length, 1);
    configure(["eth0"]);
    assert.deepEqual(faults(), []);
  });
});
