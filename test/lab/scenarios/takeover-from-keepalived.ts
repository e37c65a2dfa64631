import type { Client } from "../actors/client.ts";
import type { CommandResult, Router } from "../actors/router.ts";
import {
  hasKeepalived,
  imported,
  keepalivedPair,
  takeOver,
  takeoverFrom,
} from "../actors/takeover.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** As many as notice it when one is lost. */
const held = 20;
/** keepalived on the other router would have taken over by then: three adverts and the skew. */
const longerThanVrrpMs = 5000;

export default scenario({
  title: "lvsd takes keepalived's place on both routers under traffic, the standby first",
  topology: natPair,
  goals: {
    outage: { what: "takeover from keepalived: client outage", unit: "ms", atMost: 100 },
    failed: {
      what: "takeover from keepalived: failed connections",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
    broken: {
      what: "takeover from keepalived: held connections that broke",
      unit: "connections",
      atMost: 0,
      exact: true,
    },
  },
  limitSeconds: 300,
  async play(lab) {
    const { r1, r2, addresses } = lab;
    const [, second] = await keepalivedPair(lab);
    const sound = await imported(lab);
    await refusals(lab, sound);
    const holder = await lab.startClient({ held, holdIntervalMs: 2000, intervalMs: 1000 });
    await waitFor(`${held} connections are held`, 60_000, async () => {
      return (await holder.held()).open === held;
    });
    const client = await lab.startClient({ intervalMs: 50 });
    await comesBack(lab, r1, client);

    lab.say("r2, the standby");
    // The standby: lvsd in keepalived's place claims nothing, however long nobody speaks to it.
    const standby = await takeOver(lab, r2);
    expect(standby.status === 0, `r2 is taken over: ${standby.stderr}`);
    expect(second.processes().length > 0 && !hasKeepalived(r2), "no keepalived is left on r2");
    await lab.stays(longerThanVrrpMs, "r1 alone holds the VIP", () => !r2.holds(addresses.vip));
    expect((await r2.status()).state === "starting", "r2 waits for its peer");

    lab.say("r1, which holds the VIP");
    client.mark();
    const active = await takeOver(lab, r1);
    lab.say(active.stdout);
    expect(active.status === 0, `r1 is taken over: ${active.stderr}`);
    expect(!hasKeepalived(r1), "no keepalived is left on r1");
    expect((await r1.status()).state === "active", "r1 is active");
    await r2.reaches("standby", 10_000);
    await lab.served(client);
    const { outage, failed, refused } = await client.report();
    lab.say(`outage ${outage.toFixed(1)} ms, ${failed} failed, ${refused} of them refused`);
    for (const event of r1.events())
      if (event.event === "real_server" || event.event === "vip" || event.event === "ipvs")
        lab.say(`${event.at} ${event.message}`);
    const left = await holder.held();
    lab.say(`${left.open} held connections are alive, ${left.broken} broken`);

    // What came of it is a pair.
    await lab.settled();
    const over = await r1.lvsd("switchover");
    expect(over.status === 0, `the pair hands over: ${over.stderr}`);
    await r2.reaches("active", 5000);
    return { outage, failed, broken: left.broken };
  },
});

/** Before anything is touched: what would be lost, and the wrong router first. */
async function refusals(lab: Lab, sound: string): Promise<void> {
  const { r1 } = lab;
  const ask = (...more: string[]): Promise<CommandResult> =>
    takeoverFrom(lab, r1, "--start", "false", ...more);
  const judged = await r1.lvsd("check", "--here");
  const claims =
    /10\.11\.12\.10\/\d+ is on eth1 .*: keepalived \(process \d+\) runs here \(.*takeover-from/;
  expect(claims.test(judged.stderr), `check --here names keepalived: ${judged.stderr}`);
  expect(!/addr del/.test(judged.stderr), "check --here leaves the VIPs where they are");
  const early = await ask();
  expect(early.status === 1 && /no heartbeat/.test(early.stderr), `r1 goes last: ${early.stderr}`);
  r1.configure(sound.replace(/^vips:\n(?: .*\n?)+/m, "").replace("port: 80", "port: 81"));
  const { status, stderr } = await ask("--alone");
  lab.say(stderr);
  expect(status === 1 && /the VIP 10\.11\.12\.10 is not claimed/.test(stderr), "a VIP is missing");
  expect(/is in the kernel and not in lvsd's configuration/.test(stderr), "a service is missing");
  r1.configure(sound);
  expect(!r1.running && hasKeepalived(r1), "nothing was touched");
}

/** lvsd cannot start: keepalived goes on, and no client notices. */
async function comesBack(lab: Lab, r1: Router, client: Client): Promise<void> {
  lab.say("lvsd cannot start on r1");
  client.mark();
  const failed = await takeoverFrom(
    ...([lab, r1] as const),
    ...["--alone", "--start", "false", "--stop", "true"],
  );
  expect(failed.status === 1, "the takeover failed");
  expect(/keepalived goes on as before/.test(failed.stderr), failed.stderr);
  await lab.stays(longerThanVrrpMs, "keepalived on r1 goes on", () => {
    return lab.holders().length === 1 && r1.holds(lab.addresses.vip);
  });
  const report = await client.report();
  expect(report.failed === 0, `${report.failed} connections failed meanwhile`);
}
