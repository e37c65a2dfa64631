import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pairConfig } from "../sample-pair.ts";
import { draftOf, send, served } from "./edited.ts";
import { formIn } from "./sent-form.ts";

describe("the settings", () => {
  it("change settings of the pair where they stand, and make sections that are missing", async (t) => {
    const { visitor } = await served(t);
    const redundancy = ["/redundancy", "/redundancy/save"] as const;
    const half = await send(visitor, redundancy, { "k.connection_sync.device": "eth1" });
    assert.match(half.text, /id="k-connection_sync-id-wrong"/);
    const whole = { "k.connection_sync.device": "eth1", "k.connection_sync.id": "4" };
    await send(visitor, redundancy, { ...whole, "k.heartbeat.interval": "100ms" });
    await send(visitor, ["/global", "/global/save"], {
      "k.timeouts.udp": "60s",
      "k.console.allow": "192.0.2.0/24",
    });
    const text = await draftOf(visitor);
    assert.match(text, /interval: 100ms {3}# measured/);
    assert.match(text, /connection_sync:\n {2}device: eth1\n {2}id: 4\n/);
    assert.match(text, /timeouts:\n {2}udp: 60s\n/);
    assert.match(text, /console:\n {2}allow: 192\.0\.2\.0\/24\n/);
  });

  it("make a first configuration from nothing", async (t) => {
    const { visitor, daemon } = await served(t);
    daemon.loaded = { ...pairConfig, serial: 0, hash: "", text: "", includes: [] };
    await send(visitor, ["/global", "/global/save"], { "k.routers.primary.public": "192.0.2.1" });
    await send(visitor, ["/virtual-server?new=web", "/virtual-server/save"], {
      "k.address": "192.0.2.10/24",
      "k.port": "80",
    });
    await send(visitor, ["/real-server?vs=web&new=rs1", "/real-server/save"], {
      "k.address": "10.0.0.1",
    });
    const page = await visitor.get("/review");
    assert.match(page.text, /action="\/review\/apply"/);
    await visitor.post("/review/apply", formIn(page.text, "/review/apply"));
    assert.deepEqual(daemon.texts, [
      "routers:\n  primary:\n    public: 192.0.2.1\nvirtual_servers:\n  web:\n    address: 192.0.2.10/24\n    port: 80\n    real_servers:\n      rs1:\n        address: 10.0.0.1\n",
    ]);
    assert.deepEqual(daemon.ontos, [null]);
  });
});
