import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { manyServers } from "../actors/many-servers.ts";
import type { Router } from "../actors/router.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { within } from "../machine/namespace.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const virtuals = 200;
const reals = 20;
const watchMs = 60_000;

/**
 * Nobody knows that this machine's kernel has IPVS, and a guest charges a program with what others
 * use meanwhile: so the kernel's rates are a listing as ipvsadm 1.31 prints it, for every server.
 */
async function playRates(router: Router, vip: string): Promise<void> {
  const rates = "    RATES      900      800   123456  4567890";
  const servers = Array.from({ length: virtuals }, (_, of) => [
    `TCP  ${`${vip}:${1000 + of}`.padEnd(27)}${rates}`,
    ...Array.from({ length: reals }, (_, at) => {
      return `  -> ${`10.13.${of}.${at + 1}:${1000 + of}`.padEnd(27)}${rates}`;
    }),
  ]);
  const head = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS
  -> RemoteAddress:Port`;
  const listing = `${router.directory}/rates`;
  writeFileSync(listing, `${[head, ...servers.flat()].join("\n")}\n`);
  // Each time others, so that there is something new to show.
  const script = `#!/bin/sh
case "$*" in *--rate*) exec sed "s/RATES/ $((1000 + $(date +%s) % 1000))/" ${listing} ;; esac
exec REAL "$@"
`;
  await router.replaceProgram("ipvsadm", script);
}

export default scenario({
  title: "lvsd top on 4,000 real servers costs the daemon at most 1 % of a core",
  topology: { ...natPair, realServers: 1 },
  goals: {
    share: { what: "lvsd top on 4,000 real servers: the daemon's processor", unit: "%", atMost: 1 },
    alone: { what: "the same daemon without it", unit: "%" },
  },
  limitSeconds: 240,
  wholeHost: true,
  benchOnly: true,
  async play(lab) {
    const { vip } = lab.addresses;
    const virtual_servers = manyServers(vip, virtuals, reals);
    lab.configurePair({ single: true, top: { virtual_servers } });
    await playRates(lab.r1, vip);
    await lab.r1.start();
    await lab.r1.reaches("active", 30_000);
    const used = async (): Promise<number> => {
      const before = lab.r1.processorMs();
      await lab.elapse(watchMs);
      return lab.r1.processorMs() - before;
    };
    const alone = await used();
    const lvsd = `${lab.surroundings.project}/bin/lvsd`;
    const where = `-c ${lab.r1.configFile} --run-dir ${lab.r1.runDirectory}`;
    const command = `stty cols 80 rows 24; exec ${lvsd} top ${where}`;
    const words = ["-qefc", command, "/dev/null"];
    const top = within("r1", () => spawn("script", words, { stdio: ["pipe", "pipe", "ignore"] }));
    lab.endWith(async () => void top.kill("SIGKILL"));
    const writes: string[] = [];
    top.stdout.on("data", (bytes: Buffer) => writes.push(bytes.toString()));
    await waitFor("the first screen has rates", 30_000, () =>
      /service-0.* 1\d{3} /.test(writes.join("")),
    );
    const atFirst = writes.length;
    const watched = await used();
    const shown = writes.length - atFirst;
    top.stdin.write("q");
    await waitFor("q ends it", 5000, () => top.exitCode !== null);
    lab.say(`${shown} writes to the terminal; ${watched} ms with it, ${alone} ms without`);
    expect(shown >= 1, `the screen goes on: ${shown} writes`);
    return { share: ((watched - alone) / watchMs) * 100, alone: (alone / watchMs) * 100 };
  },
});
