/** A pair of routers that hold an address and nothing else: no virtual server needs IPVS. */
import type { Lab } from "../lab.ts";
import type { ConfigObject } from "./pair-config.ts";

/** Returns when r1 is active, r2 is not, and they hear each other. */
export async function startBarePair(lab: Lab, heartbeat: ConfigObject): Promise<void> {
  const { vip, length } = lab.addresses;
  const vips = [{ address: `${vip}/${length}`, device: "eth0" }];
  lab.configurePair({ heartbeat, top: { virtual_servers: {}, vips } });
  await Promise.all(lab.routers.map((router) => router.start()));
  await lab.r1.sees("r1 is active and hears r2", 20_000, ({ state, peer }) => {
    return state === "active" && peer?.alive === true;
  });
  await lab.r2.sees("r2 leaves it to r1, which it hears", 20_000, ({ state, peer }) => {
    return state !== "starting" && state !== "active" && peer?.alive === true;
  });
}
