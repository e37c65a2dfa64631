/** What the importers write of sorry servers, quorums and load monitors is a configuration. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { importFiles } from "../../../src/config/import/import.ts";
import { importDefaults } from "../../../src/config/import/imported.ts";
import { accepted, readText } from "../texts.ts";

/** The imported text, with the routers of a pair where the original knows none. */
function read(name: string, text: string) {
  const result = importFiles([{ name, text }], null, { ...importDefaults });
  assert.ok("text" in result, JSON.stringify(result));
  return accepted(readText(result.text)).virtualServers;
}

const keepalived = `vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 150
    unicast_src_ip 192.0.2.1
    unicast_peer { 192.0.2.2 }
    virtual_ipaddress { 192.0.2.10/24 dev eth0 }
}
virtual_server 192.0.2.10 80 {
    lb_algo wrr
    lb_kind NAT
    protocol TCP
    quorum 2
    hysteresis 1
    sorry_server 10.0.0.99 8080
    real_server 10.0.0.1 80 { weight 1 }
    real_server 10.0.0.2 80 { weight 1 }
    real_server 10.0.0.3 80 { weight 1 }
}
`;

test("keepalived's quorum, hysteresis and sorry server", () => {
  const [web] = read("keepalived.conf", keepalived);
  assert.deepEqual(web?.quorum, {
    up: { value: 3, unit: "servers" },
    down: { value: 0, unit: "servers" },
  });
  assert.deepEqual(web?.sorryServer, { address: "10.0.0.99", port: 8080, forwarding: "nat" });
});
