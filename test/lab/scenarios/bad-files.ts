import { readFileSync } from "node:fs";
import { printTable } from "../instruments/ipvs-table.ts";
import { expect } from "../instruments/wait.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** Nine levels of nine aliases each: 3^20 values if somebody unfolds them. */
const anchorBomb = [
  'a: &a ["x","x","x","x","x","x","x","x","x"]',
  ..."bcdefghi".split("").map((name, index) => {
    const alias = `*${"abcdefgh"[index]}`;
    return `${name}: &${name} [${Array(9).fill(alias).join(",")}]`;
  }),
].join("\n");

export default scenario({
  title:
    "10 MiB, an anchor bomb, no YAML, nothing: reload refuses each, heartbeats keep their rhythm",
  topology: natPair,
  goals: {
    failed: { what: "bad files: failed tries", unit: "connections", atMost: 0, exact: true },
  },
  limitSeconds: 150,
  async play(lab) {
    await lab.startPair({ heartbeat: { interval: "100ms", dead_after: "600ms" } });
    const client = await lab.startClient({ intervalMs: 20 });
    const good = readFileSync(lab.r1.configFile, "utf8");
    const before = printTable(lab.r1.table());
    const files: Readonly<Record<string, string>> = {
      "10 MiB of one key": `serial: "${"9".repeat(10 * 1024 * 1024)}"\n`,
      "10 MiB of keys": Array.from({ length: 600_000 }, (_, index) => `key${index}: ${index}`).join(
        "\n",
      ),
      "an anchor bomb": anchorBomb,
      "deep nesting": "[".repeat(100_000),
      "no YAML": "\u0000\u0001 : : {{{ ]",
      "an empty file": "",
      "a list": "[1, 2, 3]",
    };
    for (const [what, text] of Object.entries(files)) {
      lab.r1.configure(text);
      const began = lab.now();
      const answer = await lab.r1.reload();
      const took = lab.now() - began;
      expect(!answer.ok, `${what} is refused`);
      const first = answer.ok ? "" : (answer.problems[0]?.message ?? "");
      lab.say(`${what}: ${took.toFixed(0)} ms: ${first.slice(0, 120)}`);
      const status = await lab.r1.status();
      expect((status.config.error ?? []).length > 0, `${what}: status tells`);
      expect((status.config.error ?? []).length < 1000, `${what}: within bounds`);
      expect(status.state === "active" && lab.holder() === lab.r1, `${what}: r1 stays active`);
    }
    expect(printTable(lab.r1.table()) === before, "the table is as it was");
    lab.r1.configure(good);
    const accepted = await lab.r1.reload();
    expect(accepted.ok, `the good file is accepted afterwards: ${JSON.stringify(accepted)}`);
    const { peer } = await lab.r2.status();
    expect(peer?.alive === true, "r2 has heard r1 all the time");
    const took = lab.r2.events().some((each) => each.event === "peer" && each.kind === "dead");
    expect(!took, "r2 never thought r1 dead");
    return { failed: (await client.report()).failed };
  },
});
