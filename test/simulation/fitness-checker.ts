/**
 * 5: unfit routers do not hold: of two that hear each other the fitter one does, and one that hears
 * nobody lets go when it may be the one that is cut off.
 */
import {
  compareFitness,
  doubtfulLead,
  isolatingFault,
  unfitnessOf,
} from "../../src/failover/fitness.ts";
import type { Router } from "../../src/failover/router.ts";
import { isPartial, otherRole, type Role, type Unfitness } from "../../src/model/router.ts";
import type { Station } from "./station.ts";
import type { World } from "./world.ts";

/** For so long beyond a time-out two routers may differ in seeing an arbiter go. */
const arbiterDoubt = 200;

/** For so long a standby may take to try checks that the other cannot try. */
const checksDoubt = 3000;

/** Two tries of the one, the question, one try of the other, its answer, and one try more. */
const reachDoubt = 1000;

const unfitnessIn = ({ faults }: Station): readonly Unfitness[] =>
  unfitnessOf([...faults.values()]);

export class FitnessChecker {
  private readonly world: World;
  private readonly since: Record<Role, number | null> = { primary: null, backup: null };
  private readonly heldSince: Record<Role, number | null> = { primary: null, backup: null };

  constructor(world: World) {
    this.world = world;
  }

  /** After a step. */
  stepped(station: Station, router: Router): void {
    const { role } = station;
    if (router.vipHold === "claiming" && router.activation?.cause === "failback")
      this.failsBack(station);
    const alone = router.vipHold === "held" && !router.rules.alone && !router.peerAlive;
    if (!alone || router.ending !== null || router.abandon !== null) return;
    const fault = isolatingFault(router);
    if (fault !== null)
      this.world.checkers.fail(`5: ${role} holds on alone although ${fault.text}`);
  }

  /** After every event. */
  passed(station: Station, calm: number): void {
    const { world } = this;
    this.heldSince[station.role] =
      station.vips === 0 ? null : (this.heldSince[station.role] ?? world.now);
    this.holderReaches(station, calm);
    const since = this.isLessFit(station) ? (this.since[station.role] ?? world.now) : null;
    this.since[station.role] = since;
    if (since === null || calm === Number.POSITIVE_INFINITY) return;
    const peer = world.stations[otherRole(station.role)];
    const { daemon } = peer;
    const timeout = world.checkers.longestTimeout();
    const exchange = world.checkers.exchange();
    if (daemon !== null && world.now <= daemon.bornAt + timeout) return;
    const lead = doubtfulLead(unfitnessIn(station), unfitnessIn(peer));
    const doubt = lead === null ? 0 : lead === "checks" ? checksDoubt : timeout + arbiterDoubt;
    if (world.now > Math.max(since, calm) + exchange + doubt)
      world.checkers.fail(`5: ${station.role} is less fit than ${peer.role} and holds on`);
  }

  /** A holder that reaches no real server does not stay where a fit peer reaches them. */
  private holderReaches({ role, reaching, vips }: Station, calm: number): void {
    const { world } = this;
    const peer = world.stations[otherRole(role)];
    if (reaching.reaches || vips === 0 || !peer.reaching.reaches) return;
    const router = world.stations[role].daemon?.router;
    const other = peer.daemon?.router;
    if (router === undefined || other === undefined || peer.daemon?.paused !== null) return;
    // Graver faults decide first; one that is held down counts as one that there is.
    if (peer.faults.size > 0 || other.faults.length > 0 || other.trouble !== null) return;
    const able = (each: Router) => each.ending === null && each.releaseFailedAt === null;
    if (!able(router) || !able(other) || !other.ready || calm === Number.POSITIVE_INFINITY) return;
    // It tries since it holds: a standby goes by what the active router says of health.
    const held = this.heldSince[role] ?? world.now;
    const changed = Math.max(reaching.changedAt, peer.reaching.changedAt);
    const since = Math.max(changed, held, calm, peer.daemon.bornAt);
    const proven = world.checkers.longestTimeout() + 2 * world.checkers.exchange();
    if (world.now > since + reachDoubt + proven + (other.damping.until === null ? 0 : 30_000))
      world.checkers.fail(`5: ${role} reaches no real server and holds on, while the peer does`);
  }

  /** A planned change does not go to a router that reaches no real server while the other does. */
  private failsBack({ role, reaching, daemon }: Station): void {
    const { world } = this;
    const peer = world.stations[otherRole(role)];
    if (reaching.reaches || !peer.reaching.reaches || peer.daemon === null) return;
    if (peer.faults.size > 0 || peer.daemon.router.faults.length > 0) return;
    const changed = Math.max(reaching.changedAt, peer.reaching.changedAt);
    const born = Math.max(daemon?.bornAt ?? world.now, peer.daemon.bornAt);
    const since = Math.max(changed, born, world.calmSince());
    if (world.now > since + reachDoubt + world.checkers.longestTimeout())
      world.checkers.fail(
        `5: fails back to ${role}, which reaches no real server as the peer does`,
      );
  }

  /** It holds, and the other one could do better. */
  private isLessFit(station: Station): boolean {
    if (station.vips === 0 || station.faults.size === 0) return false;
    const peer = this.world.stations[otherRole(station.role)];
    const router = station.daemon?.router;
    const other = peer.daemon?.router;
    if (router === undefined || other === undefined) return false;
    const able = (each: Router) =>
      // Whoever could not let go must have done so before anything is handed to it.
      each.ending === null && each.releaseFailedAt === null;
    if (!able(router) || !able(other) || !other.ready) return false;
    const own = unfitnessIn(station);
    // Who has failed to claim does not take what is held but for a part.
    if (other.trouble !== null && own.every(isPartial)) return false;
    const isFitter = (list: readonly Unfitness[]) => compareFitness(own, list) < 0;
    return isFitter(unfitnessIn(peer)) && isFitter(unfitnessOf(other.faults));
  }
}
