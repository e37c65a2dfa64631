import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { base, configOf, global } from "./imported.ts";

describe("failover services", () => {
  test("active_cmd and inactive_cmd are a failover service", () => {
    const config = configOf(`active_cmd = "/sbin/up now"\ninactive_cmd = /sbin/down\n${base}`);
    assert.match(JSON.stringify(config.failover.services), /"\/sbin\/up".*"now".*"\/sbin\/down"/);
  });

  test("service = fos: commands that run on the active router, with their addresses", () => {
    const text = `${global.replace("service = lvs", "service = fos")}failover db {
  active = 1
  address = 192.0.2.30 eth0:3
  vip_nmask = 255.255.255.0
  port = 5432
  start_cmd = "/etc/init.d/db start"
  stop_cmd = "/etc/init.d/db stop"
}
`;
    const config = configOf(text);
    assert.match(JSON.stringify(config.failover.services), /"\/etc\/init.d\/db".*"start"/);
    assert.equal(config.vips[0]?.prefix.address, "192.0.2.30");
  });
});
