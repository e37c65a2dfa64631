import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { startConsole } from "../actors/console.ts";
import { Wire } from "../guest/wire.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Where both routers' daemons keep what they write, as /etc/lvsd/live: the disk is one here. */
const live = "/run/lab/live";
/** For what a person does at a browser; more than a loaded machine takes. */
const personMs = 240_000;

/** first-pair.test.ts is the person at the browser, and writes what has been seen. */
export default scenario({
  title:
    "a pair without configuration serves after a visit to both consoles, which show its failover",
  topology: natPair,
  goals: {},
  limitSeconds: 600,
  withBrowser: true,
  async play(lab) {
    await lab.startServers();
    mkdirSync(live);
    lab.endWith(async () => rmSync(live, { recursive: true }));
    for (const router of lab.routers) {
      symlinkSync(`${live}/${router.name}.yaml`, router.configFile);
      await router.start();
      expect((await router.status()).state === "unconfigured", `${router.name} has nothing to run`);
    }
    await startConsole(lab, lab.r1, 3636);
    await startConsole(lab, lab.r2, 3637);
    const place = join(lab.surroundings.out, "wire");
    const wire = new Wire(place, "guest");
    lab.endWith(async () => wire.close());
    const seen = (what: string): Promise<boolean> =>
      waitFor(`the person at the browser: ${what}`, personMs, () => existsSync(join(place, what)));
    lab.surroundings.print(`wire ${place} ${JSON.stringify(lab.addresses)}`);
    await seen("configured");
    await lab.settled(60_000);
    const client = await lab.startClient();
    lab.surroundings.print("serves");
    await seen("watching");
    await lab.r1.powerOff();
    await lab.r2.reaches("active", 60_000);
    await lab.served(client);
    lab.surroundings.print("taken over");
    await seen("drained");
    await waitFor("a drained real server gets no connection any more", 30_000, () =>
      lab.r2.table().some(({ destinations }) => destinations.some(({ weight }) => weight === 0)),
    );
    return {};
  },
});
