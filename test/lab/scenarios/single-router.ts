import { expect } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

export default scenario({
  title: "a router without a configured backup serves at once, also after a pause",
  topology: natPair,
  goals: { active: { what: "single router: active after READY=1", unit: "ms", atMost: 1000 } },
  async play(lab) {
    await lab.startServers();
    lab.configurePair({ single: true, heartbeat: Lab.brisk });
    await lab.r1.start();
    const ready = lab.now();
    const { peer } = await lab.r1.reaches("active", 10_000);
    const active = lab.now() - ready;
    expect(peer === null, "there is no peer in its status");
    const client = await lab.startClient();
    lab.r1.pause();
    await lab.stays(1500, "the kernel serves on while lvsd sleeps", () =>
      lab.r1.holds(lab.addresses.vip),
    );
    lab.r1.resume();
    await lab.stays(500, "a router without a backup gives nothing up", () =>
      lab.r1.holds(lab.addresses.vip),
    );
    const { failed } = await client.report();
    expect(failed === 0, `nobody noticed (${failed})`);
    await lab.r1.stop();
    expect(!lab.r1.holds(lab.addresses.vip), "SIGTERM frees the VIP");
    expect(lab.r1.table().length === 0, "and deletes the owned services");
    return { active };
  },
});
