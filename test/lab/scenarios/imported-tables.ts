import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { importFiles } from "../../../src/config/import/import.ts";
import { importDefaults } from "../../../src/config/import/imported.ts";
import {
  detachRouter,
  fixturesDirectory,
  linesOf,
  type Original,
  startOriginals,
} from "../actors/originals.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { keyFile, Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

/** What lvsd's table has otherwise on purpose: by a line of it, and what the import says of it. */
interface Difference {
  readonly line: RegExp;
  readonly said: RegExp;
}

const differences: Readonly<Record<string, readonly Difference[]>> = {
  "keepalived/all-ports.conf": [
    { line: /198\.51\.100\.110:0| -f 19456/, said: /all tcp ports .*firewall mark/ },
    { line: /-f 11 -r 10\.9\.0\.112/, said: /connections keep their port: 0 in lvsd/ },
  ],
  "ldirectord/forms.cf": [
    { line: /198\.51\.100\.130:0| -f 19456/, said: /all tcp ports .*firewall mark/ },
  ],
  "ldirectord/mark.cf": [
    { line: /-f 5 -r 10\.9\.0\.21/, said: /persistence connections keep their port: 0 in lvsd/ },
    { line: /-f 6 -r 10\.9\.0\.24/, said: /without NAT connections keep their port: 0 in lvsd/ },
  ],
  "ldirectord/mixed.cf": [
    { line: /^only there: -A -t 198\.51\.100\.14:81 /, said: /keeps the virtual service, without/ },
  ],
  "ldirectord/udp.cf": [
    { line: /-u 198\.51\.100\.12:53 -r 10\.9\.0\.3[12]/, said: /ldirectord writes 0/ },
  ],
};

export default scenario({
  title: "the tables of keepalived and ldirectord, and those that lvsd makes of their files",
  topology: { ...natPair, realServers: 1 },
  goals: {
    unsaid: {
      what: "imported tables: lines that differ and that the import says nothing of",
      unit: "changes",
      atMost: 0,
      exact: true,
    },
    fixtures: { what: "imported tables: compared", unit: "changes", atLeast: 21, exact: true },
  },
  limitSeconds: 240,
  async play(lab) {
    const originals = await startOriginals(lab);
    writeFileSync(keyFile, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
    lab.configurePair({ heartbeat: Lab.brisk, top: { guard: { remove_percent: 100 } } });
    await lab.r1.start();
    await lab.r1.reaches("active", 20_000);
    let unsaid = 0;
    for (const original of originals) unsaid += await compare(lab, original);
    await detachRouter();
    return { unsaid, fixtures: originals.length };
  },
});

/** How many lines differ without a word of it. */
async function compare(lab: Lab, { fixture, table, namespace }: Original): Promise<number> {
  const { text, said } = imported(lab, fixture);
  lab.r1.configure(text);
  const report = await lab.r1.reload();
  expect(report.ok, `${fixture} is loaded: ${JSON.stringify(report)}`);
  const known = differences[fixture] ?? [];
  const strange = (line: string): boolean =>
    !known.some((each) => each.line.test(line) && said.some((one) => each.said.test(one)));
  let last: readonly string[] = [];
  const alike = async (): Promise<boolean> => {
    const theirs = await table();
    const ours = linesOf(await lab.r1.output("ipvsadm", "-Sn"));
    last = [
      ...theirs.filter((line) => !ours.includes(line)).map((line) => `only there: ${line}`),
      ...ours.filter((line) => !theirs.includes(line)).map((line) => `only here: ${line}`),
    ];
    const isServed = theirs.some((line) => line.startsWith("-a "));
    const areAllThere = known.every((each) => last.some((line) => each.line.test(line)));
    return isServed && areAllThere && last.filter(strange).length === 0;
  };
  try {
    await waitFor(`${fixture} and its import agree`, 20_000, alike, 200);
    lab.say(`${fixture}: equal${last.map((line) => `\n  said: ${line}`).join("")}`);
    return 0;
  } catch {
    const unsaid = last.filter(strange);
    lab.say(`${fixture} (${namespace}) differs:\n  ${unsaid.join("\n  ")}`);
    return Math.max(1, unsaid.length);
  }
}

/** What lvsd makes of the file, on this router and with its key. */
function imported(lab: Lab, fixture: string): { text: string; said: readonly string[] } {
  const { r1, r2 } = lab.addresses.routers;
  const read = (name: string) => ({
    name: basename(name),
    text: readFileSync(join(fixturesDirectory(lab), name), "utf8"),
  });
  const more = fixture.endsWith("parameters.conf") ? [read("keepalived/parameters.part")] : [];
  // ldirectord.cf says nothing of devices; keepalived.conf does.
  const ipAddr = `2: eth0: <UP>\n    inet 198.51.100.1/24 scope global eth0\n    inet6 2001:db8::1/64 scope global\n`;
  if (fixture.startsWith("ldirectord/")) more.push({ name: "ip-addr.txt", text: ipAddr });
  const result = importFiles([read(fixture), ...more], null, {
    ...importDefaults,
    primary: r1,
    backup: r2,
    instance: "other",
  });
  if ("problems" in result) throw new Error(`${fixture}: ${JSON.stringify(result.problems)}`);
  const rest = result.text.replace(/^heartbeat:\n(?: .*\n)*/m, "");
  return {
    text: `${rest}heartbeat: { key_file: ${keyFile} }\nguard: { remove_percent: 100 }\n`,
    said: result.findings.map(({ text }) => text),
  };
}
