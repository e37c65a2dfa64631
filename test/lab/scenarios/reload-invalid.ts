import { readFileSync } from "node:fs";
import { printTable } from "../instruments/ipvs-table.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** The same pair with its roles swapped under the hands. */
function swapped(text: string): string {
  const config = JSON.parse(text);
  const { primary, backup } = config.routers;
  return JSON.stringify({
    ...config,
    routers: { ...config.routers, primary: backup, backup: primary },
  });
}

export default scenario({
  title: "reload of an invalid file, or of swapped roles: nothing changes, every problem is told",
  topology: natPair,
  goals: {},
  async play(lab) {
    await lab.startPair({ heartbeat: Lab.brisk });
    const client = await lab.startClient();
    const before = printTable(lab.r1.table());
    const { hash } = (await lab.r1.status()).config;
    const good = readFileSync(lab.r1.configFile, "utf8");
    const bad = good
      .replace('"scheduler": "rr"', '"scheduler": "robin"')
      .replace('"interval": "100ms"', '"interval": "1ms"')
      .replace('"routers"', '"rooters"');
    expect(bad !== good, "the file is spoiled");
    lab.r1.configure(bad);
    const refused = await lab.r1.lvsd("reload");
    lab.say(refused.stderr.trim());
    expect(refused.status === 2, `lvsd reload ends with 2 (${refused.status})`);
    const places = refused.stderr.match(/lvsd\.yaml:\d+:\d+: /g) ?? [];
    expect(places.length >= 3, `three problems with their places (${places.length})`);
    const status = await lab.r1.status();
    expect((status.config.error ?? []).length >= 3, "status lists the problems");
    expect(status.config.hash === hash, "the old configuration stands");
    lab.r1.hangUp();
    await waitFor("SIGHUP leads to the same refusal in the log", 5000, () => {
      return (
        lab.r1.events().filter((event) => event.event === "config" && event.kind === "refused")
          .length >= 2
      );
    });
    lab.r1.configure(swapped(good));
    const turned = await lab.r1.lvsd("reload");
    lab.say(turned.stderr.trim());
    expect(turned.status === 2, `swapped roles are refused (${turned.status})`);
    expect(turned.stderr.includes("it would make this primary the backup"), "and it says why");
    expect(printTable(lab.r1.table()) === before, "the table is as it was");
    expect((await lab.r1.status()).state === "active", "r1 is still active");
    lab.r1.configure(good);
    const accepted = await lab.r1.lvsd("reload");
    expect(accepted.status === 0, `the good file is accepted: ${accepted.stderr}`);
    expect((await lab.r1.status()).config.error === null, "and the problems are gone from status");
    await lab.served(client);
    expect((await client.report()).failed === 0, "no client noticed anything");
    return {};
  },
});
