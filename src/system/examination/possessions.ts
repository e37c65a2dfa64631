/** What this router has and the other one may lack: programs, files, networks, the clock. */
import type { Possessions } from "../../advice/findings/possessions.ts";
import type { Config } from "../../config/config.ts";
import type { PlacedNeed } from "../../keys/place.ts";
import { printNetwork } from "../../model/address.ts";
import { version } from "../../model/version.ts";
import { readFacts } from "../ip/facts.ts";
import type { Interface } from "../ip/ip.ts";
import { programsOf } from "./missing-files.ts";
import { hashOfFile } from "./operating-system.ts";

export interface Naming {
  readonly config: Config;
  /** Programs and files that checks name. */
  readonly needs: readonly PlacedNeed[];
}

/** Never throws: what cannot be read is null. `interfaces`: as they were read already. */
export async function readPossessions(
  { config, needs }: Naming,
  interfaces?: readonly Interface[],
): Promise<Possessions> {
  const devices = interfaces ?? (await readFacts()).interfaces ?? [];
  const paths = new Set([
    ...programsOf(config),
    // What a password hashes to is as good as the password to whoever can guess it.
    ...needs.filter(({ secret }) => !secret).map(({ path }) => path),
  ]);
  const files: Record<string, string | null> = {};
  for (const path of paths) files[path] = await hashOfFile(path);
  const networks = devices.map(({ name, addresses }) => [
    name,
    [...new Set(addresses.map(({ prefix }) => printNetwork(prefix)))],
  ]);
  return {
    files,
    networks: Object.fromEntries(networks) as Possessions["networks"],
    clock: Date.now(),
    version,
    configHash: config.hash,
  };
}
