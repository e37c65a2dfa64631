/**
 * 9: the clients find the holder. Whoever holds alone is believed within a time-out and an
 * exchange; if its announcement was lost, or a machine without a daemon has answered since, by its
 * next announcement. Nothing is announced before it is in the kernel.
 */
import type { Effect } from "../../src/failover/protocol.ts";
import type { Router } from "../../src/failover/router.ts";
import { otherRole, type Role, roles } from "../../src/model/router.ts";
import type { Station } from "./station.ts";
import type { World } from "./world.ts";

export class ClientChecker {
  private readonly world: World;
  private holder: Role | null = null;
  private holderSince = 0;
  /** Since when each router knows that it holds. */
  private readonly heldSince: Record<Role, number> = { primary: 0, backup: 0 };

  constructor(world: World) {
    this.world = world;
  }

  /** Who holds alone may have changed. */
  kernelChanged(): void {
    const { stations, now } = this.world;
    const holder =
      roles.find((role) => isWhole(stations[role]) && stations[otherRole(role)].vips === 0) ?? null;
    if (holder !== this.holder) this.holderSince = now;
    this.holder = holder;
  }

  /** After a step, before its effects are performed. */
  stepped(
    { role, vips, capacity }: Station,
    before: Router,
    after: Router,
    effects: readonly Effect[],
  ): void {
    if (before.vipHold !== "held" && after.vipHold === "held")
      this.heldSince[role] = this.world.now;
    if (vips < capacity && effects.some(({ kind }) => kind === "announce"))
      this.world.checkers.fail(`9: ${role} announces with ${vips} of ${capacity} VIPs`);
  }

  /** Whether the clients believe whoever holds, or will ask. */
  get content(): boolean {
    const { believed } = this.world.clients;
    return believed === null || this.holder === null || believed === this.holder;
  }

  /** After every event. */
  passed(calm: number): void {
    const { holder, world } = this;
    if (this.content || holder === null || calm === Number.POSITIVE_INFINITY) return;
    const { daemon } = world.stations[holder];
    if (daemon === null || daemon.paused !== null || daemon.router.vipHold !== "held") return;
    // A peer that believes itself stuck says so for as long as it cannot tell.
    const other = world.stations[otherRole(holder)].daemon?.router;
    if (other !== undefined && other.releaseFailedAt !== null) {
      this.holderSince = world.now;
      return;
    }
    const { interval, refresh } = world.options.announce;
    const { missed, since, believed } = world.clients;
    const wait = missed[holder] ? Math.max(interval, refresh) : 0;
    const bound = world.checkers.longestTimeout() + world.checkers.exchange();
    const limit = Math.max(this.holderSince, this.heldSince[holder], calm, since) + bound + wait;
    if (world.now > limit)
      world.checkers.fail(`9: clients still believe ${believed}, but ${holder} holds`);
  }
}

/** It holds what it can hold. */
const isWhole = ({ vips, capacity }: Station): boolean => vips > 0 && vips === capacity;
