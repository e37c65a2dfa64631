/** Drafts of users on one loaded configuration. */
import { type Drafts, draftOf } from "../../../src/console/drafts/drafts.ts";

export const loaded = (text: string, serial = 1) => ({
  path: "/etc/lvsd/lvsd.yaml",
  serial,
  hash: `hash of ${text}`,
  text,
  includes: [],
});

export const text = "serial: 1\n# the port\nport: 80\nname: a\n";

export function user(name: string, drafts: Drafts, now: { text: string; serial?: number }) {
  return draftOf(name, drafts, { config: async () => loaded(now.text, now.serial) });
}
