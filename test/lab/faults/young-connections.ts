/**
 * The story of connections that the kernel has not told the peer's of when the active state is
 * handed over: they are known to the new holder all the same.
 */
import { Client } from "../actors/client.ts";
import { realServers } from "../actors/pair-config.ts";
import type { Router } from "../actors/router.ts";
import { synchronised } from "../instruments/held.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { readNet } from "../machine/namespace.ts";

/** With its template fewer than fill a datagram of the kernel's daemon (connection-sync.ts). */
const held = 1;

const known = (router: Router, form: RegExp): string[] =>
  readNet(router.name, "ip_vs_conn")
    .split("\n")
    .filter((line) => form.test(line));

const establishedForm = / ESTABLISHED /;
const templateForm = / 0000 .* ASSURED /;
const flowForm = /^UDP /;
/** The three ends of a connection, without its state. */
const ends = (line: string): string => line.split(/ +/, 7).join(" ");

async function handOver(from: Router): Promise<void> {
  const answer = await from.switchover();
  expect(answer.ok, `${from.name} hands over: ${JSON.stringify(answer)}`);
}

export async function handOverYoung(lab: Lab): Promise<{ readonly broken: number }> {
  const { addresses } = lab;
  const dns = {
    address: `${addresses.vip}/${addresses.length}`,
    device: "eth0",
    protocol: "udp",
    port: 53,
    real_servers: realServers(addresses),
  };
  await lab.startPair({
    ...synchronised,
    web: { persistence: { timeout: "60s" } },
    virtualServers: { dns },
  });
  await lab.r2.sees("the kernel's daemons run", 10_000, (status) => {
    return status.connection_sync?.state === "backup";
  });
  const client = { address: addresses.vip, intervalMs: 60_000 };
  const holder = await Client.start("client", { ...client, held, holdIntervalMs: 300 });
  lab.endWith(() => holder.kill());
  await waitFor("a connection is held", 5000, async () => (await holder.held()).open === held);
  const before = known(lab.r2, establishedForm).length;
  expect(before === 0, `the kernel has not told of it itself yet (${before})`);
  await handOver(lab.r1);
  const after = known(lab.r2, establishedForm).length;
  expect(after === held, `the new holder's kernel knows it (${after})`);
  expect(known(lab.r2, templateForm).length === 1, "and the template that binds its client");
  lab.say("r2's kernel did not know the connection before the hand-over, and knows it now");

  const asker = await lab.startClient({ protocol: "udp", port: 53, intervalMs: 100 });
  await waitFor("UDP flows", 5000, async () => (await asker.report()).served > 5);
  await handOver(lab.r2);
  const there = new Set(known(lab.r1, flowForm).map(ends));
  const missing = known(lab.r2, flowForm).filter((line) => !there.has(ends(line)));
  lab.say(`r1 knows ${there.size} UDP flows now; ${missing.length} of r2's are missing`);
  expect(missing.length === 0, `every UDP flow is known: ${missing.join("; ")}`);
  await lab.elapse(2000);
  const { open, broken } = await holder.held();
  expect(open === held, `${open} of ${held} are alive`);
  return { broken };
}
