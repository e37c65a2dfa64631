/**
 * What takes time: claims, releases, kept addresses, fences and probes. Each ends in exactly one
 * input, at the latest at its deadline, and each may fail or hang until then.
 */
import type { Input } from "../../src/failover/protocol.ts";
import { otherRole } from "../../src/model/router.ts";
import type { Manner } from "./coverage.ts";
import { effectDeadline, probeDeadline } from "./options.ts";
import { type Station, vipsMax } from "./station.ts";
import type { World } from "./world.ts";

type Course = "works" | Manner;

/** How each kind of deed goes at present. */
export interface Troubles {
  readonly claim: Course;
  readonly release: Course;
  readonly keep: Course;
  readonly fence: Course;
}

const all = (course: Course): Troubles => ({
  claim: course,
  release: course,
  keep: course,
  fence: course,
});

export const works: Troubles = all("works");

/** The troubles that have a name. A refusing kernel takes nothing and lets go of what it has. */
export const troubles = {
  works,
  failing: all("fails"),
  hanging: all("hangs"),
  refusing: { ...all("fails"), release: "works" },
  stubborn: { ...works, release: "fails" },
  keepless: { ...works, keep: "fails" },
} satisfies Readonly<Record<string, Troubles>>;

const why = { fails: "simulated: failing", hangs: "simulated: hanging" } as const;

export class Deeds {
  private readonly station: Station;
  private readonly world: World;
  troubles: Troubles = works;
  arbiterReachable = true;
  /** What is being done to the addresses; null: nothing. */
  private underWay: "claim" | "release" | "keep" | null = null;
  /** The last thing that was done to the addresses was a claim, and it worked. */
  hasClaimed = false;
  /** Bumped to forget the outcome of what a process that has gone had asked for. */
  private operation = 0;

  constructor(station: Station, world: World) {
    this.station = station;
    this.world = world;
  }

  /** The process has gone: whatever it had asked for stays as it is. */
  forget(): void {
    this.operation++;
    this.hasClaimed = false;
    this.underWay = null;
  }

  claim(): void {
    this.change("claim", { kind: "claimed" }, "claim-failed");
  }

  release(): void {
    this.change("release", { kind: "released" }, "release-failed");
  }

  /** Half-way after half its time; then done, failed, or cut off at its deadline. */
  private change(
    deed: "claim" | "release",
    done: Input,
    failed: "claim-failed" | "release-failed",
  ): void {
    const { station, world } = this;
    const course = this.courseOf(deed);
    const operation = this.begin(deed);
    station.expiresAt = null;
    const length = this.lengthOf(course);
    const target = (): number => (deed === "claim" ? station.capacity : 0);
    const half = world.random.int(0, vipsMax);
    world.agenda.add(world.now + length / 2, () => {
      if (operation === this.operation && station.vips !== target())
        station.setVips(deed === "claim" ? Math.min(half, station.capacity) : half);
    });
    this.end(operation, length, course, () => {
      // An attempt that fails may still have left everything as wanted, and not know it.
      if (course === "works") station.setVips(target());
      if (course === "works" && deed === "claim") {
        station.learnCapacity();
        if (station.capacity === 0) return { kind: failed, why: "no VIP can be held" };
        this.hasClaimed = true;
      }
      return course === "works" ? done : { kind: failed, why: why[course] };
    });
  }

  /** The addresses get a lifetime, so that they outlive the daemon for a while. */
  keep(lifetime: number): void {
    const { station, world } = this;
    const course = this.courseOf("keep");
    const operation = this.begin("keep");
    this.end(operation, course === "works" ? 1 : this.lengthOf(course), course, () => {
      if (course !== "works") return { kind: "keep-failed", why: why[course] };
      station.expireAt(world.now + lifetime);
      station.kept = true;
      return { kind: "kept" };
    });
  }

  /** One that fails may have cut the peer off all the same. */
  fence(): void {
    const { station, world } = this;
    const { daemon } = station;
    const peer = world.stations[otherRole(station.role)];
    const course = this.courseOf("fence");
    const cuts = course === "works" || (course === "fails" && world.random.chance(0.3));
    const longest = course === "works" ? 50 : 500;
    const length = course === "hangs" ? effectDeadline : world.random.between(1, longest);
    world.disturbances++;
    world.agenda.add(world.now + length, () => {
      world.disturbances--;
      world.disturbed();
      if (station.daemon !== daemon) return;
      if (cuts) {
        peer.powerOff();
        world.agenda.add(world.now + world.random.between(10, 3000), () => peer.boot());
      }
      const failed = course === "works" ? null : why[course];
      station.input(failed === null ? { kind: "fenced" } : { kind: "fence-failed", why: failed });
    });
  }

  probe(): void {
    const { station, world } = this;
    const { daemon } = station;
    const answered = this.arbiterReachable && !this.goesWrong();
    const length = answered ? world.random.between(1, 5) : probeDeadline;
    world.agenda.add(world.now + length, () => {
      // An answer that is lost by chance is out of the ordinary; an arbiter that is gone is a fault.
      if (!answered) world.disturbed();
      if (station.daemon === daemon) station.input({ kind: "probed", answered });
    });
  }

  private goesWrong(): boolean {
    const { network, options, random } = this.world;
    return options.flakiness > 0 && !network.healed && random.chance(options.flakiness);
  }

  private courseOf(deed: keyof Troubles): Course {
    if (this.goesWrong()) return this.world.random.pick(["fails", "hangs"] as const);
    return this.troubles[deed];
  }

  private lengthOf(course: Course): number {
    const { random, options } = this.world;
    return course === "hangs" ? effectDeadline : random.between(0.2, options.effectMs);
  }

  private begin(deed: "claim" | "release" | "keep"): number {
    if (this.underWay !== null)
      this.world.checkers.fail(
        `7: ${this.station.role} asks for ${deed} while ${this.underWay} is under way`,
      );
    this.underWay = deed;
    this.hasClaimed = false;
    return ++this.operation;
  }

  /** A kernel that fails or hangs is out of the ordinary until the engine knows of it. */
  private end(operation: number, length: number, course: Course, finish: () => Input): void {
    const { world } = this;
    if (course !== "works") world.disturbances++;
    world.agenda.add(world.now + length, () => {
      if (course !== "works") {
        world.disturbances--;
        world.disturbed();
      }
      if (operation !== this.operation) return;
      this.underWay = null;
      this.station.input(finish());
    });
  }
}
