/**
 * The public network as its clients and its switch see it: whose card is believed to answer for
 * the VIPs. An announcement that arrives is believed at once. Who asks anew believes whoever
 * answers, and any kernel that has the addresses does, also that of a killed daemon.
 */
import { otherRole, type Role } from "../../src/model/router.ts";
import { Random } from "./random.ts";
import type { Daemon, Station } from "./station.ts";
import type { World } from "./world.ts";

/** How long an announcement is on its way: through one switch. */
const announceMs = 0.2;

export class Clients {
  /** Null: nobody has answered; whoever holds is found by the next question. */
  believed: Role | null = null;
  /** Since when they believe that. */
  since = 0;
  /**
   * The router's last announcement was lost, or its own machine was frozen, or a machine without a
   * daemon has answered since, or one whose daemon was killed while it was frozen: only its next
   * announcement can put that right.
   */
  readonly missed: Record<Role, boolean> = { primary: false, backup: false };
  private readonly rounds: Record<Role, number> = { primary: 0, backup: 0 };
  private readonly world: World;
  private readonly random: Random;

  constructor(world: World) {
    this.world = world;
    this.random = new Random(world.plan.seed, 2);
    this.askLater();
  }

  /** Announces now, again as configured, and refreshes for as long as the VIPs are held. */
  announce(station: Station): void {
    const round = ++this.rounds[station.role];
    if (station.daemon !== null)
      this.repeat(station, station.daemon, round, this.world.options.announce.count);
  }

  /** The announcements of this router are over. */
  silence(station: Station): void {
    this.rounds[station.role]++;
  }

  private repeat(station: Station, daemon: Daemon, round: number, left: number): void {
    if (station.daemon !== daemon || this.rounds[station.role] !== round) return;
    if (daemon.paused === null) this.send(station);
    const { world } = this;
    const { interval, refresh } = world.options.announce;
    world.agenda.add(world.now + (left > 1 ? interval : refresh), () =>
      this.repeat(station, daemon, round, Math.max(0, left - 1)),
    );
  }

  private send({ role }: Station): void {
    const { world } = this;
    const { network } = world;
    if (network.isCut(0, role) || this.random.chance(network.loss)) {
      this.missed[role] = true;
      return;
    }
    world.agenda.add(world.now + announceMs, () => {
      this.missed[role] = false;
      this.believe(role, "announced");
      const peer = world.stations[otherRole(role)];
      // The peer's card takes it in, too; `contested` is the word of a daemon that holds.
      if (peer.vips > 0 && peer.isAwake) peer.input({ kind: "contested" });
    });
  }

  private askLater(): void {
    const { world, random } = this;
    const { askEvery } = world.options;
    world.agenda.add(world.now + random.between(0, 2 * askEvery), () => {
      this.ask();
      this.askLater();
    });
  }

  /** Asks who has the VIPs; of two answers the later one is believed. */
  private ask(): void {
    const { stations, network } = this.world;
    const answering = [stations.primary, stations.backup].filter(
      ({ role, vips, isAwake }) => vips > 0 && isAwake && !network.isCut(0, role),
    );
    if (answering.length === 0) this.believed = null;
    else this.answer(this.random.pick(answering));
  }

  /** The kernel of this machine answers, whether or not a daemon runs there. */
  answer({ role, daemon }: Station): void {
    if (daemon === null) this.missed[otherRole(role)] = true;
    this.believe(role, "answers");
  }

  /** Its kernel answered while its process was frozen, which now cannot wake and let go of that. */
  diedFrozen({ role }: Station): void {
    if (this.believed === role) this.missed[otherRole(role)] = true;
  }

  private believe(role: Role, how: string): void {
    if (this.believed === role) return;
    this.believed = role;
    this.since = this.world.now;
    this.world.note("world", () => `clients believe ${role}, which ${how}`);
  }
}
