import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { Attempts, networkOf } from "../../../src/console/users/attempts.ts";

describe("attempts with a wrong password", () => {
  let now = 0;
  let attempts = new Attempts(() => now);
  const take = (count: number, address = "192.0.2.7", user = "ada") => {
    for (let each = 0; each < count; each += 1)
      assert.equal(attempts.take(address, user), null, `attempt ${each + 1}`);
  };
  beforeEach(() => {
    now = 0;
    attempts = new Attempts(() => now);
  });

  it("are ten from one address in ten minutes, whoever they name", () => {
    take(5);
    take(5, "192.0.2.7", "bob");
    now = 60_000;
    assert.equal(attempts.take("192.0.2.7", "eve"), 540);
    assert.equal(attempts.take("192.0.2.8", "ada"), null, "another address may");
    now = 600_000;
    take(1);
  });

  it("are fifty for one user from all addresses", () => {
    for (let host = 1; host <= 50; host += 1) take(1, `192.0.2.${host}`);
    assert.equal(attempts.take("198.51.100.1", "ada"), 600);
    assert.equal(attempts.take("198.51.100.1", "bob"), null);
  });

  it("are forgotten for the address that then gives the right one", () => {
    take(9);
    attempts.succeeded("192.0.2.7", "ada");
    take(10);
    assert.notEqual(attempts.take("192.0.2.7", "ada"), null);
  });

  it("say to wait for a second at least", () => {
    take(10);
    now = 599_999;
    assert.equal(attempts.take("192.0.2.7", "ada"), 1);
  });

  it("of a network of IPv6 within which a host chooses are one host's", () => {
    take(10, "2001:db8:1:2::1");
    assert.notEqual(attempts.take("2001:db8:1:2:ffff::9", "ada"), null);
    take(1, "2001:db8:1:3::1");
  });

  it("of more than 10,000 addresses make the oldest forgotten, so that memory is bounded", () => {
    take(10);
    for (let host = 0; host < 10_100; host += 1)
      attempts.take(`10.0.${host >> 8}.${host & 255}`, `user${host}`);
    take(1);
  });

  it("of one user count however many other names and addresses are tried meanwhile", () => {
    for (let host = 1; host <= 50; host += 1) take(1, `192.0.2.${host}`, "admin");
    for (let host = 0; host < 10_500; host += 1)
      attempts.take(`10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`, `name ${host}`);
    assert.equal(attempts.take("203.0.113.1", "admin"), 600);
  });

  it("that were not looked at do not count", () => {
    for (let at = 0; at < 60; at += 1) {
      take(1);
      attempts.giveBack("192.0.2.7", "ada");
    }
  });
});

describe("the host of an address", () => {
  it("is the address in IPv4, also where IPv6 wraps it, and the /64 in IPv6", () => {
    assert.equal(networkOf("192.0.2.7"), "192.0.2.7");
    assert.equal(networkOf("::ffff:192.0.2.7"), "192.0.2.7");
    assert.equal(networkOf("2001:db8:1:2:3::4"), "2001:db8:1:2::");
    assert.equal(networkOf("unix"), "unix");
  });
});
