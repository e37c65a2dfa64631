/** The sound configuration, and a primary's interfaces. */
import type { Written } from "../../../src/daemon/config/running.ts";
import { accepted, readText, soundText } from "../../config/texts.ts";
import { address } from "../../table/tables.ts";

export const config = accepted(readText(soundText));

export const written = { config, places: {}, files: [], keys: [] } as unknown as Written;

/** An interface with these addresses. */
export const eth = (name: string, ...texts: readonly string[]) => ({
  name,
  index: 2,
  up: true,
  carrier: true,
  mac: null,
  addresses: texts.map((text) => ({ prefix: { address: address(text), length: 24 } })),
});

export const primary = [eth("eth0", "192.168.26.9"), eth("eth1", "10.11.12.9")] as never;
