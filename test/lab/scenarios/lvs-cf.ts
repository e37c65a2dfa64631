import { readFileSync, writeFileSync } from "node:fs";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Addresses } from "../machine/topology.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Piranha's file for the lab's first router alone. */
const lvs = (
  { vip, natRouter, routers, realServers }: Addresses,
  weight: number,
): string => `serial_no = 7
primary = ${routers.r1.public}
service = lvs
backup_active = 0
backup = 0.0.0.0
heartbeat = 1
keepalive = 1
deadtime = 2
network = nat
nat_router = ${natRouter} eth1:1
nat_nmask = 255.255.255.0
virtual web {
     active = 1
     address = ${vip} eth0:1
     vip_nmask = 255.255.255.0
     port = 80
     send = "GET / HTTP/1.0\\r\\n\\r\\n"
     expect = "HTTP"
     scheduler = wlc
     protocol = tcp
     timeout = 1
     reentry = 15
     server one {
         address = ${realServers[0]}
         active = 1
         weight = ${weight}
     }
}
`;

export default scenario({
  title: "a router runs Piranha's lvs.cf: check, plan, SIGHUP; saved by lvsd it is YAML",
  topology: { ...natPair, realServers: 1 },
  goals: {
    failed: {
      what: "lvs.cf itself: connections that failed meanwhile",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  limitSeconds: 180,
  async play(lab) {
    const { r1, addresses } = lab;
    const weight = (): number | undefined => r1.table()[0]?.destinations[0]?.weight;
    await lab.startServers();
    // Piranha's heartbeat is not signed; this router is alone, so that nothing depends on a key.
    r1.configure(lvs(addresses, 3));
    const judged = await r1.lvsd("check");
    lab.say(`check: ${judged.stdout}${judged.stderr}`);
    await r1.start();
    await r1.reaches("active", 60_000);
    await waitFor("the table is as lvs.cf says", 60_000, () => weight() === 3);
    expect(r1.table()[0]?.name === `tcp ${addresses.vip}:80`, "the virtual service is there");
    const client = await lab.startClient();

    // An edit: plan says what it would change, SIGHUP makes it true.
    r1.configure(lvs(addresses, 5));
    const plan = await r1.lvsd("plan");
    expect(plan.status === 0 && /weight/.test(plan.stdout), `plan: ${plan.stdout}${plan.stderr}`);
    expect(weight() === 3, "plan changes nothing");
    r1.hangUp();
    await waitFor("SIGHUP took the new weight", 60_000, () => weight() === 5);

    // What Piranha refuses changes nothing, and is said with its line.
    r1.configure(lvs(addresses, 9).replace("scheduler = wlc", "scheduler = wlc # usual"));
    const wrong = await r1.lvsd("check");
    expect(wrong.status === 2, "check refuses it");
    expect(/lvsd\.yaml:19:\d+: Piranha refuses this/.test(wrong.stderr), wrong.stderr);
    r1.hangUp();
    await r1.sees("the refusal in the status", 60_000, ({ config }) => config.error !== null);
    expect(weight() === 5, "the old weight stays");

    // Stored through lvsd, it is YAML from then on.
    const next = `${r1.directory}/next.cf`;
    writeFileSync(next, lvs(addresses, 4));
    r1.configure(lvs(addresses, 5));
    expect((await r1.lvsd("reload")).status === 0, "the sound file is loaded again");
    const saved = await r1.lvsd("apply", next);
    lab.say(`apply: ${saved.stdout}`);
    expect(saved.status === 0, saved.stderr);
    expect(/serial 8 stored .*lvs\.cf is written as YAML/.test(saved.stdout), "apply says so");
    await waitFor("the applied weight", 60_000, () => weight() === 4);
    const written = readFileSync(r1.configFile, "utf8");
    expect(/^serial: 8\b/m.test(written) && /^virtual_servers:$/m.test(written), written);
    expect((await r1.lvsd("check")).status === judged.status, "what was written is sound");
    const { failed } = await client.report();
    return { failed };
  },
});
