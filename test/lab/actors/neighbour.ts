/** A neighbour that asks nobody: what it knows of an address, it was told. */
import { now } from "../instruments/clock.ts";
import { waitFor } from "../instruments/wait.ts";
import { output } from "../machine/pipe.ts";

const ip = (namespace: string, ...words: readonly string[]): Promise<string> =>
  output("ip", "-n", namespace, ...words);

/** Where the neighbour believes the address to be. */
async function believed(namespace: string, address: string): Promise<string | undefined> {
  const found = JSON.parse(await ip(namespace, "-j", "neigh", "show", "to", address));
  return found[0]?.lladdr;
}

/** Makes `namespace` believe that the address is at `mac`. */
export const mislead = (namespace: string, address: string, mac: string): Promise<string> =>
  ip(namespace, "neigh", "replace", address, "lladdr", mac, "dev", "eth0", "nud", "reachable");

/** ms until the neighbour has been told that the address is at `mac`. */
export async function told(
  namespace: string,
  address: string,
  mac: string,
  withinMs: number,
): Promise<number> {
  const began = now();
  const what = `${namespace} is told that ${address} is at ${mac}`;
  await waitFor(what, withinMs, async () => (await believed(namespace, address)) === mac);
  return now() - began;
}
