/**
 * The judges: the properties of docs/failover.md, by their numbers, looked at after every step.
 *
 * They judge by what the simulated kernels, wires and clocks did, not by what the routers believe.
 * "Calm" is a time in which nothing was cut, lost, paused, killed or failing.
 */
import type { Effect, Input } from "../../src/failover/protocol.ts";
import { type Router, timeout } from "../../src/failover/router.ts";
import type { Message } from "../../src/heartbeat/message.ts";
import { echoOf } from "../../src/heartbeat/peer.ts";
import { otherRole, type Role, roles } from "../../src/model/router.ts";
import { ClientChecker } from "./client-checker.ts";
import { FitnessChecker } from "./fitness-checker.ts";
import { effectDeadline, probeDeadline } from "./options.ts";
import { type Station, vipsMax } from "./station.ts";
import { Violation } from "./violation.ts";
import type { World } from "./world.ts";

/** The machine's own bounds, which no setting scales: offer, request, fence, retries. */
const requestBound = 10_000 + 2 * effectDeadline;
const stopBound = 2000 + 2 * effectDeadline + 1000;

const mark = (receiver: string, path: number, { boot, sequence }: Message): string =>
  `${receiver} ${path} ${boot} ${sequence}`;

interface Heard {
  /** By the receiver's clock, like every time below that a router could know. */
  readonly at: number;
  readonly boot: string;
  readonly message: Message;
  /** The time-out in force then: a verdict given by it is not taken back by a reload. */
  readonly timeout: number;
}

export class Checkers {
  /** A scenario that shows what no rule can prevent looks on without judging. */
  lenient = false;
  readonly clients: ClientChecker;
  private readonly fitness: FitnessChecker;
  private readonly world: World;
  private bothSince: number | null = null;
  private noneSince: number | null = 0;
  /** When a router that was stuck last got free: until then it had a reason to wait. */
  private freedAt = 0;
  private readonly heard: Record<Role, Heard | null> = { primary: null, backup: null };
  /** What each router has been fed: receiving process, path, boot id and sequence. */
  private readonly fed: Record<Role, Set<string>> = { primary: new Set(), backup: new Set() };
  /** When the peer was last heard in another version; null: it speaks ours. */
  private readonly versionAt: Record<Role, { at: number; timeout: number } | null> = {
    primary: null,
    backup: null,
  };
  private readonly stopping = new Map<Role, number>();

  constructor(world: World) {
    this.world = world;
    this.clients = new ClientChecker(world);
    this.fitness = new FitnessChecker(world);
  }

  fail(what: string): void {
    if (this.lenient) return;
    throw new Violation(this.world.now, what);
  }

  /** A bound on what an exchange takes here: two slow beats, the wires, the kernels. */
  exchange(): number {
    const { rules, options } = this.world;
    const slower = Math.max(rules.primary.interval, rules.backup.interval);
    const { delay, jitter } = options.network;
    return 2.02 * slower + 4 * (delay + jitter) + 2 * options.effectMs + 25;
  }

  /** The longest time-out that either router goes by. */
  longestTimeout(): number {
    const { rules, stations } = this.world;
    const { primary, backup } = stations;
    return Math.max(
      rules.primary.deadAfter,
      rules.backup.deadAfter,
      primary.daemon === null ? 0 : timeout(primary.daemon.router),
      backup.daemon === null ? 0 : timeout(backup.daemon.router),
    );
  }

  kernelChanged(_station: Station): void {
    const { stations, now } = this.world;
    const holders = roles.filter((role) => stations[role].vips > 0).length;
    this.bothSince = holders === 2 ? (this.bothSince ?? now) : null;
    this.noneSince = holders === 0 ? (this.noneSince ?? now) : null;
    this.clients.kernelChanged();
  }

  /** Called after every step of a router, before its effects are performed. */
  stepped(station: Station, before: Router, input: Input, effects: readonly Effect[]): void {
    const router = station.daemon?.router ?? before;
    if (before.releaseFailedAt !== null && router.releaseFailedAt === null)
      this.freedAt = this.world.now;
    this.sleeperYields(station, before, router, effects);
    this.clients.stepped(station, before, router, effects);
    this.fitness.stepped(station, router);
    if (input.kind === "heard") {
      this.remember(station, input.message);
      this.versionAt[station.role] = null;
      this.fed[station.role].add(mark(before.boot, input.path, input.message));
    }
    const { boot } = router.peer;
    // A new process has heard nobody yet.
    if (before.steppedAt === null) this.versionAt[station.role] = null;
    const isNews = input.kind === "heard-version" && input.header.sequence > before.peer.sequence;
    if (isNews && input.header.boot === boot)
      this.versionAt[station.role] = { at: station.local(), timeout: timeout(router) };
    for (const effect of effects) {
      if (effect.kind === "claim") this.mayClaim(station, before);
      // Delayed beyond the life of its sender: nobody can know that.
      const { lastBoot } = this.world.stations[otherRole(station.role)];
      const late =
        input.kind === "heard" && (input.message.holds || input.message.boot !== lastBoot);
      if (effect.kind === "release" && !late) this.mayRelease(station, before, router, effects);
      if (effect.kind === "send") this.wordFollowsDeed(station, effect.message);
    }
    if (before.steppedAt === null && before.found === "left-behind" && !before.rules.alone)
      if (effects[0]?.kind !== "release") this.fail(`8: ${station.role} keeps what it found`);
    if (before.steppedAt === null && before.found === "kept" && effects[0]?.kind !== "claim")
      this.fail(`8: ${station.role} does not adopt what was kept for it`);
    if (input.kind === "stop") this.stopping.set(station.role, this.world.now);
  }

  ended(station: Station): void {
    this.stopping.delete(station.role);
  }

  private remember(station: Station, message: Message): void {
    const peer = this.world.stations[otherRole(station.role)];
    if (peer.lastBoot !== message.boot) return;
    const last = this.heard[station.role];
    if (last?.boot === message.boot && last.message.sequence >= message.sequence) return;
    this.heard[station.role] = {
      at: station.local(),
      boot: message.boot,
      message,
      timeout: station.daemon === null ? 0 : timeout(station.daemon.router),
    };
  }

  /** What was last heard of the present process of the peer, if that is not too long ago. */
  private recently(station: Station, before: Router): Message | null {
    const heard = this.heard[station.role];
    const peer = this.world.stations[otherRole(station.role)];
    if (heard === null || peer.daemon?.boot !== heard.boot) return null;
    if (before.peer.boot !== heard.boot) return null;
    const age = station.local() - heard.at;
    return age < Math.min(timeout(before), heard.timeout) - 0.01 ? heard.message : null;
  }

  /** 1, 3: nobody claims beside a holder whom he hears. */
  private mayClaim(station: Station, before: Router): void {
    const peer = this.world.stations[otherRole(station.role)];
    if (before.rules.alone) return;
    if (before.steppedAt === null && before.found === "kept") return;
    const other = this.versionAt[station.role];
    if (
      other !== null &&
      station.local() - other.at < Math.min(timeout(before), other.timeout) - 0.01
    )
      this.fail(`6: ${station.role} claims against a living peer of another version`);
    if (peer.vips === 0) return;
    const message = this.recently(station, before);
    if (message === null || message.leaving) return;
    if (message.handOver.kind === "release-failed") return;
    // Its word shows that it may have counted us as dead before that word arrived.
    const known = message.echo?.boot === before.boot ? message.echo.sentAt : null;
    if (known !== null && station.local() > known + timeout(before)) return;
    // Slower on its way than either counts a peer as dead: no rule can build on such a word.
    const { rules, clockBase, options } = this.world;
    const sentAt = (message.sentAt - clockBase[peer.role]) / options.rates[peer.role];
    const shortest = Math.min(rules.primary.deadAfter, rules.backup.deadAfter);
    if (this.world.now - sentAt > shortest) return;
    // A clock that stood still hides how old a word is: only the dispute that follows can tell.
    if (this.world.now - this.world.thawedAt < 2 * this.longestTimeout()) return;
    // It does not hear this process, perhaps its predecessor, and had said that it holds nothing.
    const hearsUs = message.hears && message.echo?.boot === before.boot;
    if (!message.holds && !hearsUs) return;
    this.fail(`1: ${station.role} claims although it hears ${peer.role}, who holds`);
  }

  /** 3: a holder lets go for a reason. */
  private mayRelease(
    station: Station,
    before: Router,
    router: Router,
    effects: readonly Effect[],
  ): void {
    const peer = this.world.stations[otherRole(station.role)];
    const heard = this.recently(station, before) ?? this.heard[station.role]?.message ?? null;
    const asleep = effects.some(
      (effect) =>
        effect.kind === "report" &&
        effect.event.event === "process" &&
        effect.event.kind === "slept",
    );
    const wants = heard?.handOver.kind === "want" ? heard.handOver.cause : null;
    const auto = before.rules.failback === "auto" && heard?.failback === "auto";
    const allowed =
      asleep ||
      before.vipHold !== "held" ||
      before.abandon !== null ||
      router.ending !== null ||
      router.faults.length > 0 ||
      before.faults.length > 0 ||
      (before.request !== null && wants === "switchover") ||
      (before.role === "backup" && auto && !before.suspended && wants === "failback") ||
      heard?.holds === true ||
      peer.vips > 0;
    if (!allowed) this.fail(`3: ${station.role} lets go without a reason (${router.reason})`);
  }

  /** 4: whoever was silent for longer than the time-out lets go before anything else. */
  private sleeperYields(
    station: Station,
    before: Router,
    router: Router,
    effects: readonly Effect[],
  ): void {
    const { daemon } = station;
    if (daemon === null || before.rules.alone || before.lastSentAt === null) return;
    const silent = station.local() - daemon.sentAt;
    if (silent <= timeout(before) + 0.01 || before.sequence === 0) return;
    const waits = router.ending?.keeping === true && router.abandon !== null;
    if (before.vipHold === "held" && effects[0]?.kind !== "release" && !waits)
      this.fail(`4: ${station.role} slept for ${silent.toFixed(0)} ms and holds on`);
    if (before.vipHold === "claiming" && router.vipHold === "claiming" && router.abandon === null)
      this.fail(`4: ${station.role} slept for ${silent.toFixed(0)} ms and goes on claiming`);
  }

  /** 7: no word runs ahead of its deed. */
  private wordFollowsDeed(station: Station, message: Message): void {
    const { vips, role } = station;
    if (!message.holds && vips > 0) this.fail(`7: ${role} denies the ${vips} VIPs it holds`);
    // Who is about to let go says so; a lifetime may have ended meanwhile.
    const settled =
      station.daemon?.router.vipHold === "held" && message.handOver.kind !== "releasing";
    if (message.state === "active" && settled && vips < station.capacity)
      this.fail(`7: ${role} says active with ${vips} of ${station.capacity} VIPs`);
    if (message.handOver.kind === "released" && vips > 0)
      this.fail(`7: ${role} says released with ${vips} VIPs`);
  }

  /** 6: a recording changes nothing but a counter, an answer, and a bounded delay of a start. */
  replaying(station: Station, path: number, message: Message): void {
    const { daemon } = station;
    if (daemon === null || daemon.paused !== null) return;
    // What comes for the first time from a process that this one has met is late, not a copy.
    const isCopy = this.fed[station.role].has(mark(daemon.boot, path, message));
    const met = daemon.router.peer.boot === message.boot || echoOf(daemon.boot, message) !== null;
    if (!isCopy && met) return;
    const now = station.local();
    const neutral = { kind: "faults", faults: daemon.router.outside } as const;
    const heard = this.world.step(daemon.router, { kind: "heard", path, message }, now);
    const quiet = this.world.step(daemon.router, neutral, now);
    if (!daemon.router.begun) {
      // It may delay a start, bounded, but never cause one.
      if (heard.router.vipHold !== "none" && quiet.router.vipHold === "none")
        this.fail(`6: a replay made ${station.role} claim`);
      return;
    }
    const a = gist(heard.router);
    const b = gist(quiet.router);
    if (a !== b) this.fail(`6: a replay changed ${station.role}: ${b} to ${a}`);
  }

  asked(station: Station, request: number): void {
    station.requests.set(request, this.world.now);
  }

  answered(station: Station, request: number): void {
    if (!station.requests.delete(request))
      this.fail(`answer: request ${request} was answered twice`);
  }

  /** After every event: what must not last. */
  passed(): void {
    const { world } = this;
    const calm = world.calmSince();
    this.twoHolders(calm);
    this.noHolder(calm);
    this.clients.passed(calm);
    for (const role of roles) {
      const station = world.stations[role];
      const { daemon } = station;
      if (daemon === null || daemon.paused !== null) continue;
      if (!daemon.router.rules.alone && daemon.router.lastSentAt !== null) {
        const silent = station.local() - daemon.sentAt;
        if (silent > daemon.router.rhythm * 1.01 + 1)
          this.fail(`7: ${role} has not sent for ${silent.toFixed(1)} ms`);
      }
      for (const [request, at] of station.requests)
        if (world.now > at + requestBound) this.fail(`answer: request ${request} is not answered`);
      const stopAt = this.stopping.get(role) ?? Number.POSITIVE_INFINITY;
      if (world.now > stopAt + stopBound) this.fail(`stop: ${role} does not stop`);
      this.fitness.passed(station, calm);
    }
  }

  /** 1: two holders who hear each other become one. */
  private twoHolders(calm: number): void {
    const { world } = this;
    if (this.bothSince === null || calm === Number.POSITIVE_INFINITY) return;
    for (const role of roles) {
      const { daemon } = world.stations[role];
      // A kernel that could not be freed is the stated exception; a dead daemon frees nothing.
      if (daemon === null || daemon.paused !== null || daemon.router.releaseFailedAt !== null) {
        this.bothSince = world.now;
        return;
      }
    }
    if (world.now <= Math.max(this.bothSince, calm) + this.exchange()) return;
    // A process just started has to be proven first; its beats may be slow in coming.
    const young = world.now - this.longestTimeout() - this.exchange();
    if (roles.some((role) => (world.stations[role].daemon?.bornAt ?? 0) >= young)) return;
    this.fail("1: both have held since the calm began");
  }

  /** 2: while somebody is fit, somebody holds. */
  private noHolder(calm: number): void {
    const { world } = this;
    if (this.noneSince === null || calm === Number.POSITIVE_INFINITY) return;
    const since = Math.max(this.noneSince, calm);
    // One may be under way that was lost before the calm began.
    const probe = world.rules.primary.arbiter || world.rules.backup.arbiter ? 2 * probeDeadline : 0;
    const usual = 2 * this.longestTimeout() + 2 * this.exchange() + probe;
    if (world.now <= since + usual) return;
    let fit = false;
    let excuse = Math.max(since, this.freedAt);
    for (const role of roles) {
      const { daemon, faults } = world.stations[role];
      if (daemon === null || daemon.paused !== null || daemon.router.ending !== null) continue;
      const { router } = daemon;
      if (router.ready && faults.size === 0) fit = true;
      excuse = Math.max(excuse, daemon.readyAt);
      excuse = Math.max(excuse, world.now - (world.stations[role].local() - excuseOf(router)));
    }
    if (fit && world.now > excuse + usual) this.fail("2: nobody holds although somebody is fit");
  }

  /** At the end of a healed run: exactly one holds. */
  settled(): void {
    const { stations } = this.world;
    const holders = roles.filter((role) => stations[role].vips === vipsMax);
    const touched = roles.filter((role) => stations[role].vips > 0);
    if (!this.clients.content) this.fail("9: clients do not find the holder");
    if (holders.length !== 1 || touched.length !== 1)
      this.fail(`liveness: ${holders.join() || "nobody"} holds, VIPs on ${touched.join()}`);
  }
}

/** Until when, by its own clock, a router has a stated reason to wait. */
function excuseOf(router: Router): number {
  const { startedAt, rules, trouble, damping, gate, releaseFailedAt, begun, listenUntil } = router;
  return Math.max(
    startedAt + (begun ? 1 : 4) * rules.startDelay,
    trouble?.retryAt ?? 0,
    listenUntil ?? 0,
    damping.until ?? 0,
    gate.fence === "failed" ? (gate.fenceEndedAt ?? 0) + 30_000 : 0,
    releaseFailedAt === null ? 0 : releaseFailedAt + 1000 + effectDeadline,
  );
}

/** Everything that decides; without what a stranger is allowed to cause. */
function gist(router: Router): string {
  const { peer, ...rest } = router;
  const { strangers: _strangers, ...belief } = peer;
  const { answerAt: _answer, sequence: _sequence, lastSentAt: _sent, said: _said, ...own } = rest;
  const { begun: _begun, ...kept } = own;
  return JSON.stringify({ kept, belief }, (_key, value) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}
