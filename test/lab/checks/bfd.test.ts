import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, it, type TestContext } from "node:test";
import type { BfdSettings, BfdStanding } from "../../../src/checks/bfd/bfd-end.ts";
import { BfdSessions, bfdSessions } from "../../../src/checks/bfd/bfd-sessions.ts";
import { runCheck } from "../../../src/checks/check.ts";
import { Transcript } from "../../../src/checks/transcript.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { ms } from "../../../src/model/time.ts";
import {
  openBfdReceiver,
  openBfdSender,
} from "../../../src/system/net/real-servers/bfd-sockets.ts";
import { now, openAlarm } from "../../../src/system/process/clock.ts";
import { eventually as until } from "../../eventually.ts";
import {
  Bird,
  cable,
  Frr,
  goesOn,
  hung,
  killed,
  Neighbour,
  neighbour,
  stranger,
} from "./bfd-neighbour.ts";
import { checkOf, told, tryAt } from "./trials.ts";

const written = "type: bfd, min_tx: 50ms, min_rx: 50ms, multiplier: 3";
const timers = { minTx: 50, minRx: 50, multiplier: 3 };
const families = [4, 6] as const;

const settings = (address: IpAddress, maxHops = 0): BfdSettings => ({
  address,
  maxHops,
  passive: false,
  minTx: ms(50),
  minRx: ms(50),
  multiplier: 3,
});

interface Change {
  readonly name: string;
  readonly standing: BfdStanding;
  readonly why: string;
}

describe("bfd against real programs", () => {
  let machine: Neighbour;
  let changes: Change[] = [];
  const hold = (...all: readonly BfdSettings[]): void =>
    bfdSessions.hold(all, (name, standing, why) => changes.push({ name, standing, why }));
  const both = families.map((family) => settings(neighbour[family].peer));
  const standing = (address: IpAddress): BfdStanding =>
    changes.findLast(({ name }) => name.endsWith(` ${address}`))?.standing ?? "down";
  const are = (wanted: BfdStanding): Promise<void> =>
    until(`both are ${wanted}: ${JSON.stringify(changes)}`, () =>
      both.every(({ address }) => standing(address) === wanted),
    );
  const tried = (family: 4 | 6, words = ""): Promise<string> =>
    tryAt(`${written}${words}`, { address: neighbour[family].peer, port: 80 });
  const birdWithBoth = async (): Promise<Bird> => {
    const bird = new Bird(machine);
    bird.start(timers);
    hold(...both);
    await are("up");
    return bird;
  };

  before(async () => {
    machine = await Neighbour.make();
  });
  afterEach(async () => {
    bfdSessions.close(true);
    changes = [];
    await machine.endPrograms();
  });
  after(() => machine.end());

  it("says that no program listens, as the other machine does", async () => {
    assert.equal(await tried(4), "unreachable: no BFD program listens there (port unreachable)");
  });

  it("comes up over IPv4 and IPv6, also for a single try, and shows its packets", async () => {
    new Bird(machine).start(timers);
    for (const family of families) {
      assert.equal(await tried(family, ", timeout: 15s"), "passed");
      const transcript = new Transcript();
      const endpoint = { address: neighbour[family].peer, port: 80 };
      const check = checkOf(`${written}, timeout: 15s`);
      const { signal } = new AbortController();
      assert.equal(told(await runCheck(check, endpoint, signal, transcript)), "passed");
      const steps = transcript.steps().map(({ text }) => text);
      const shown = steps.join("\n");
      assert.match(steps[0] ?? "", /^the session is down, and the peer is not heard$/);
      assert.match(shown, /^sent: up, poll, discriminators .*min tx 50 ms/m);
      assert.match(shown, /^heard: up, final, /m);
      assert.ok(steps.length < 60, shown);
    }
  });

  it("is down 150 ms after a program was killed, and says why", async (t) => {
    const bird = await birdWithBoth();
    assert.match(await bird.sessions(), /10\.9\.0\.1 .* Up .* 0\.050 +0\.150/);
    const from = performance.now();
    await killed(bird.child);
    await are("down");
    t.diagnostic(`down ${(performance.now() - from).toFixed(0)} ms after the kill`);
    assert.equal(changes.at(-1)?.why, "no packet for 150 ms (detect time)");
    for (const family of families)
      assert.match(
        await tried(family),
        /^timeout: no packet for 150 ms \(detect time\)(?:; no BFD program listens .*)?$/,
      );
    bird.start(timers);
    await are("up");
    assert.equal(await tried(6), "passed");
  });

  it("is down while a program hangs, and while the cable is cut", async (t) => {
    const bird = await birdWithBoth();
    for (const [what, begin, end] of [
      ["hung", () => hung(bird.child), () => goesOn(bird.child)],
      ["cut", () => machine.cut(true), () => machine.cut(false)],
    ] as const) {
      const from = performance.now();
      await begin();
      await are("down");
      t.diagnostic(`down ${(performance.now() - from).toFixed(0)} ms after it was ${what}`);
      assert.equal(await tried(4), "timeout: no packet for 150 ms (detect time)", what);
      await end();
      await are("up");
    }
  });

  it("follows other timers of the other end, and has its own taken over, without a flap", async () => {
    const bird = await birdWithBoth();
    bird.change({ minTx: 200, minRx: 300, multiplier: 4 });
    hold(...both.map((each) => ({ ...each, minRx: ms(100) })));
    await until("BIRD has them", async () => {
      const rows = (await bird.sessions()).match(/ Up .* 0\.200 +0\.900/g);
      return rows?.length === 2;
    });
    assert.deepEqual(
      changes.map(({ standing }) => standing),
      ["up", "up"],
    );
    await hung(bird.child);
    await are("down");
    assert.equal(changes.at(-1)?.why, "no packet for 800 ms (detect time)");
  });

  it("tells the other end when it goes away, and goes on over a restart without a word", async () => {
    const bird = await birdWithBoth();
    const left = JSON.parse(JSON.stringify(bfdSessions.leave()));
    bfdSessions.close(false);
    // Four detection times, in which there is no lvsd.
    const from = performance.now();
    await until("a restart is over", () => performance.now() - from > 600);
    const next = new BfdSessions({
      now,
      openAlarm,
      openReceiver: openBfdReceiver,
      openSender: openBfdSender,
    });
    const seen: Change[] = [];
    next.recall(left);
    next.hold(both, (name, standing, why) => seen.push({ name, standing, why }));
    await until("BIRD is asked for the usual timers", async () => {
      return (await bird.sessions()).match(/ Up .* 0\.050 +0\.150/g)?.length === 2;
    });
    assert.deepEqual(seen, []);
    next.close(true);
    await until("BIRD knows", async () => !(await bird.sessions()).includes(" Up "));
  });

  it("hears AdminDown of FRR, which is a failure or says nothing, as it is asked", async () => {
    const frr = new Frr(machine);
    frr.start();
    const [four] = both;
    assert.ok(four);
    hold(four);
    const is = (wanted: BfdStanding) =>
      until(`it is ${wanted}: ${JSON.stringify(changes)}`, () => standing(four.address) === wanted);
    await is("up");
    frr.shutdown(true);
    await is("signed-off");
    const text = /^unexpected: the peer signals AdminDown \(diagnostic: .+\)$/;
    assert.match(await tried(4), text);
    assert.equal(await tried(4, ", admin_down: ignore"), "passed");
    frr.shutdown(false);
    await is("up");
    assert.equal(await tried(4), "passed");
  });

  it("speaks over routers at the port of RFC 5883", async () => {
    // Which BIRD sends with the system's TTL.
    const { own, peer } = neighbour[4];
    const bird = new Bird(machine);
    bird.start(timers, `neighbor ${own} local ${peer} multihop yes;`);
    assert.equal(await tried(4, ", timeout: 15s, max_hops: 254"), "passed");
  });

  it("stays up in a flood of wrong packets, which the kernel keeps away", async (t) => {
    await birdWithBoth();
    const flood = new URL("bfd-flood.py", import.meta.url).pathname;
    const { own, peer } = neighbour[4];
    const used = process.cpuUsage();
    const said = machine.start("python3", flood, own, peer, stranger);
    await new Promise((resolve) => said.once("exit", resolve));
    const { user, system } = process.cpuUsage(used);
    t.diagnostic(`40,000 packets cost ${Math.round((user + system) / 1000)} ms of a processor`);
    assert.equal(said.exitCode, 0);
    assert.deepEqual(
      changes.map(({ standing }) => standing),
      ["up", "up"],
    );
    assert.equal(await tried(4), "passed");
  });

  it("says what tshark takes for BFD by the letter", async (context) => {
    await birdWithBoth();
    const lines = await dissected(context, machine, 40);
    const own = lines.filter(({ source }) => source === neighbour[4].own);
    assert.ok(own.length > 5, JSON.stringify(lines));
    for (const { protocols, ttl, port, version, length, malformed } of own) {
      assert.equal(protocols, "eth:ethertype:ip:udp:bfd");
      assert.deepEqual([ttl, version, length, malformed], ["255", "1", "24", ""]);
      assert.ok(Number(port) >= 49_152, port);
    }
    assert.equal(new Set(own.map(({ port }) => port)).size, 1, "one port for a session");
  });
});

interface Line {
  readonly [field: string]: string;
}

/** So many packets on the cable, as tshark reads them. */
async function dissected(
  context: TestContext,
  { directory }: Neighbour,
  count: number,
): Promise<readonly Line[]> {
  const fields = {
    source: "ip.src",
    protocols: "frame.protocols",
    ttl: "ip.ttl",
    port: "udp.srcport",
    version: "bfd.version",
    length: "bfd.message_length",
    malformed: "_ws.malformed",
  };
  const names = Object.values(fields).flatMap((name) => ["-e", name]);
  const child = spawn(
    "tcpdump",
    ["-i", cable, "-c", `${count}`, "-U", "-w", "-", "udp", "port", "3784"],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  context.after(() => child.kill("SIGKILL"));
  const pieces: Buffer[] = [];
  for await (const piece of child.stdout) pieces.push(piece);
  const file = join(directory, "bfd.pcap");
  writeFileSync(file, Buffer.concat(pieces));
  const said = execFileSync("tshark", ["-n", "-r", file, "-T", "fields", ...names], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, HOME: directory },
  });
  return said
    .trimEnd()
    .split("\n")
    .map((line) => {
      const values = line.split("\t");
      return Object.fromEntries(Object.keys(fields).map((key, at) => [key, values[at] ?? ""]));
    });
}
