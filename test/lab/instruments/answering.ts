/** Who answers for an address on a network. */
import { output } from "../machine/pipe.ts";

/** MAC addresses of all that answer when `machine` asks for an address on its eth0. */
export async function answering(machine: string, address: string): Promise<readonly string[]> {
  // One of Debian's two programs of this name calls several answers to one question a failure.
  const words = ["sh", "-c", `arping -c 2 -w 2 -I eth0 ${address} || :`];
  const said = await output("ip", "netns", "exec", machine, ...words);
  // They print it in different places.
  return [...new Set(said.toLowerCase().match(/([\da-f]{2}:){5}[\da-f]{2}/g))];
}
