import { expect, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const forward = "/proc/sys/net/ipv4/ip_forward";

export default scenario({
  title: "somebody sets ip_forward to 0 on the active NAT router: it is 1 again within 2 s",
  topology: natPair,
  goals: { right: { what: "ip_forward 0: right again after", unit: "ms", atMost: 2000 } },
  async play(lab) {
    const heartbeat = { interval: "250ms", dead_after: "5s" };
    const failover = { start_delay: "1s" };
    await lab.startPair({ heartbeat, failover });
    const client = await lab.startClient();
    const set = (name: string, value: string): Promise<string> =>
      lab.r1.output("sh", "-c", `echo ${value} > ${name}`);
    const read = async (name: string): Promise<string> => (await lab.r1.output("cat", name)).trim();

    await set(forward, "0");
    const began = lab.now();
    await waitFor("it is 1 again", 20_000, async () => (await read(forward)) === "1");
    const right = lab.now() - began;
    const device = "/proc/sys/net/ipv4/conf/eth0/promote_secondaries";
    await set(device, "0");
    await waitFor("so are a device's own", 20_000, async () => (await read(device)) === "1");
    const status = await lab.r1.sees("both are counted", 5000, ({ kernel }) => kernel.repairs >= 2);
    expect(status.state === "active", `r1 is ${status.state}`);
    expect(status.faults.length === 0, "there is no fault");
    const repaired = lab.r1.events().filter(({ kind }) => kind === "repaired");
    expect(repaired.length === 2, `each is an event: ${JSON.stringify(repaired)}`);
    await lab.served(client);

    lab.say("with sysctl: manual it is reported and left alone");
    lab.rewrite({ heartbeat, failover, top: { sysctl: "manual" } });
    await set(forward, "1");
    for (const router of lab.routers) expect((await router.reload()).ok, "the reload is taken");
    await set(forward, "0");
    await lab.r1.sees("status says so", 5000, ({ kernel }) =>
      kernel.wrong.some((text) => text.includes("ip_forward: it is 0, wanted 1")),
    );
    expect((await read(forward)) === "0", "nobody has set it");
    return { right };
  },
});
