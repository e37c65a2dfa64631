/** What a fault is, and how one that lasts is undone. */
import type { Role } from "../../src/model/router.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** Does a fault now; what it began ends by itself after a while. `random` is its own. */
export type Fault = (world: World, role: Role, length: number, random: Random) => void;

/** Something that lasts: out of the ordinary from its beginning to its end. */
export function lasting(world: World, length: number, begin: () => void, end: () => void): void {
  world.disturbances++;
  begin();
  world.agenda.add(world.now + length, () => {
    world.disturbances--;
    world.disturbed();
    end();
  });
}
