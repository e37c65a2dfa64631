import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import type { Visitor } from "../../console/visitor.ts";
import { visitConsole } from "../actors/console.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Where both routers' daemons keep what they write, as /etc/lvsd/live: the disk is one here. */
const live = "/run/lab/live";

const unescaped = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&#96;", "`");

/** What stands between these tags. */
const within = (page: string, opening: RegExp, closing: string): string => {
  const [found] = opening.exec(page) ?? [];
  expect(found !== undefined, `the page has ${opening}`);
  const rest = page.slice(page.indexOf(found ?? "") + (found ?? "").length);
  return unescaped(rest.slice(0, rest.indexOf(closing)));
};

/** Looks at the draft and applies it. */
async function apply(visitor: Visitor): Promise<void> {
  const review = (await visitor.get("/review")).text;
  const seal = /name="seal" value="([^"]+)"/.exec(review)?.[1];
  expect(seal !== undefined, "the draft can be applied");
  const { status, text } = await visitor.submit("/review", "/review/apply", { seal: seal ?? "" });
  expect(status === 303, `it is applied: ${/<ul class="problems".*?<\/ul>/s.exec(text)?.[0]}`);
}

export default scenario({
  title:
    "a pair without configuration serves after a visit to both consoles, which show its failover",
  topology: natPair,
  goals: {},
  limitSeconds: 180,
  async play(lab) {
    await lab.startServers();
    mkdirSync(live);
    lab.endWith(async () => rmSync(live, { recursive: true }));
    for (const router of lab.routers) {
      symlinkSync(`${live}/${router.name}.yaml`, router.configFile);
      await router.start();
      expect((await router.status()).state === "unconfigured", `${router.name} has nothing to run`);
    }
    const first = await visitConsole(lab, lab.r1, 3636);
    const second = await visitConsole(lab, lab.r2, 3637);
    expect(
      (await first.get("/control")).text.includes('href="/setup"'),
      "an unconfigured router leads to SETUP",
    );
    const { vip, natRouter, routers, length, realServers } = lab.addresses;
    const made = await first.submit("/setup", "/setup/make", {
      ...{ role: "primary", own: routers.r1.public, own2: routers.r1.private },
      ...{ other: routers.r2.public, other2: routers.r2.private, vip: `${vip}/${length}` },
      ...{ device: "", port: "80", forwarding: "nat", gateway: `${natRouter}/${length}` },
      reals: realServers.join("\n"),
    });
    const bundle = within(made.text, /<pre id="copied"[^>]*><code>/, "</code>");
    const yaml = within(made.text, /<textarea id="yaml"[^>]*>\n/, "</textarea>");
    await first.submit("/setup", "/setup/take", { yaml });
    await apply(first);
    lab.say("r1 has its first configuration and a key, made in the console");
    await second.submit("/setup", "/setup/join", { bundle });
    await apply(second);
    lab.say("r2 has taken what the console of r1 showed");
    await lab.settled(30_000);
    const client = await lab.startClient();
    const served = (await first.get("/control")).text;
    expect(/state good">active/.test(served), "the console of r1 shows it as active");
    expect(served.includes(realServers[0] ?? "-"), "and the real servers");
    await lab.r1.powerOff();
    await waitFor("the console of r2 shows the takeover in its parts", 20_000, async () => {
      const { text } = await second.get("/control");
      return /state good">active/.test(text) && /<details id="takeover-\d+">/.test(text);
    });
    const parts = within(
      (await second.get("/control")).text,
      /<details id="takeover-\d+">/,
      "</table>",
    );
    const took = [...parts.matchAll(/<td class="number">([\d.]+) ms</g)].map(([, ms]) =>
      Number(ms),
    );
    expect(took.length >= 3 && took.every((ms) => ms >= 0), `each part took its time: ${took}`);
    lab.say(`the console of r2 shows a takeover whose parts and whole took ${took.join(", ")} ms`);
    // A page may be a second old.
    await waitFor("the console of r1 says that it is gone", 5000, async () =>
      (await first.get("/control")).text.includes("The lvsd daemon does not answer"),
    );
    await lab.served(client);
    const taken = (
      await second.submit("/control", "/maintenance/drain", {
        ...{ server: "web", real: "rs1" },
      })
    ).status;
    expect(taken === 303, "a real server is drained there");
    await waitFor("and gets no connection any more", 10_000, () =>
      lab.r2.table().some(({ destinations }) => destinations.some(({ weight }) => weight === 0)),
    );
    return {};
  },
});
