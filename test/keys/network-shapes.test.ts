import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  address,
  addressOrName,
  device,
  floating,
  listenAddress,
  masquerade,
  monitoredLinks,
  netmask,
  network,
  onePerFamily,
} from "../../src/keys/network-shapes.ts";
import { read } from "./read.ts";

describe("an address", () => {
  it("is IPv4 or IPv6, in its canonical form, and no name", () => {
    assert.equal(read(address, "192.0.2.1").value, "192.0.2.1");
    assert.equal(read(address, "2001:DB8::0:1").value, "2001:db8::1");
    assert.match(read(address, "lb.example").said[0] ?? "", /"lb\.example" is no IP address/);
  });

  it("is nobody's where it is unspecified or multicast, but may be listened on", () => {
    for (const none of ["0.0.0.0", "'::'", "224.0.0.1", "ff02::1"])
      assert.equal(read(address, none).value, undefined, none);
    assert.equal(read(listenAddress, "0.0.0.0").value, "0.0.0.0");
    assert.equal(read(listenAddress, "'::'").value, "::");
    assert.equal(read(listenAddress, "224.0.0.1").value, undefined);
  });

  it("of a real server may be a host name", () => {
    assert.equal(read(addressOrName, "10.0.0.1").value, "10.0.0.1");
    assert.deepEqual(read(addressOrName, "Web.Example").said, []);
    assert.equal(read(addressOrName, "a..b").value, undefined);
  });
});

describe("a VIP", () => {
  it("has a prefix length, or its family's whole one", () => {
    assert.deepEqual(read(floating, "192.0.2.2/24").value?.prefix, {
      address: "192.0.2.2",
      length: 24,
    });
    assert.equal(read(floating, "192.0.2.2").value?.prefix.length, 32);
    assert.equal(read(floating, "'2001:db8::2'").value?.prefix.length, 128);
    assert.equal(read(floating, "192.0.2.2/33").value, undefined);
  });

  it("is a host of its network", () => {
    assert.match(read(floating, "192.0.2.255/24").said[0] ?? "", /broadcast address/);
    assert.match(read(floating, "192.0.2.0/24").said[0] ?? "", /network/);
    assert.deepEqual(read(floating, "192.0.2.0/31").said, [], "RFC 3021");
  });

  it("is one of each family where that is what is asked for", () => {
    assert.equal(read(onePerFamily, "[192.0.2.2, '2001:db8::2']").value?.length, 2);
    assert.equal(read(onePerFamily, "192.0.2.2").value?.length, 1);
    assert.match(read(onePerFamily, "[192.0.2.2, 192.0.2.3]").said[0] ?? "", /one family/);
  });
});

describe("a network", () => {
  it("is an address with a length, and has no bits beyond it", () => {
    assert.deepEqual(read(network, "10.0.0.0/8").said, []);
    assert.deepEqual(read(network, "'fd00::/8'").said, []);
    assert.equal(read(network, "10.0.0.1").value, "10.0.0.1/32");
    assert.match(read(network, "10.0.0.1/8").said[0] ?? "", /\(use 10\.0\.0\.0\/8\)/);
    assert.equal(read(network, "10.0.0.0/99").value, undefined);
    assert.equal(read(network, "office").value, undefined);
  });
});

describe("a netmask", () => {
  it("is dotted or a length, and has no holes", () => {
    const bits = (written: string) => read(netmask, written).value?.bits;
    assert.deepEqual(["255.255.255.0", "24", "/24", "64"].map(bits), [24, 24, 24, 64]);
    assert.match(read(netmask, "255.0.255.0").said[0] ?? "", /a 1 behind a 0/);
    assert.equal(bits("129"), undefined);
  });
});

describe("a device", () => {
  it("has a label behind its name, and both the kernel's length", () => {
    assert.deepEqual(read(device, "eth0").value, { name: "eth0", label: null });
    assert.deepEqual(read(device, "eth0:1").value, { name: "eth0", label: "eth0:1" });
    assert.equal(read(device, "none").value, "none");
    assert.match(read(device, "enp0s31f6:primary").said[0] ?? "", /more than 15 characters/);
    for (const wrong of ["'eth 0'", "a/b", "':1'"])
      assert.equal(read(device, wrong).value, undefined, wrong);
  });

  it("is monitored alone, among several, or not at all", () => {
    assert.deepEqual(read(monitoredLinks, "eth0").value, ["eth0"]);
    assert.deepEqual(read(monitoredLinks, "[eth0, eth1]").value, ["eth0", "eth1"]);
    assert.deepEqual(read(monitoredLinks, "false").value, []);
  });
});

describe("masquerading", () => {
  it("is on, off, or by an address", () => {
    assert.deepEqual(
      ["true", "false", "192.0.2.2"].map((written) => read(masquerade, written).value),
      [true, false, "192.0.2.2"],
    );
    assert.equal(read(masquerade, "maybe").value, undefined);
  });
});
