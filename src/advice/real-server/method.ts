/** What a way to prepare a real server is: one declaration in a file of its own. */
import type { Forwarding } from "../../model/service.ts";
import type { Preparation } from "./preparation.ts";

/** The first one that fits a forwarding is the one taken unless another is asked for. */
export const methodNames = ["sysctl", "arptables", "iptables", "nft", "gateway", "tunnel"] as const;
export type MethodName = (typeof methodNames)[number];

/** A script, or files for a manager of networks. */
export const formats = ["script", "networkd", "ifupdown"] as const;
export type Format = (typeof formats)[number];

/** A file of the real server's own configuration, as its text. */
export interface Snippet {
  readonly path: string;
  readonly text: string;
}

export interface Method {
  readonly name: MethodName;
  /** The forwarding that it is for. */
  readonly fits: Forwarding;
  /** Sentences for the head of the script, one a line. */
  readonly explains: readonly string[];
  /** Programs that it runs, with the Debian package that brings each. */
  readonly programs: Readonly<Record<string, string>>;
  /** Shell lines: what must hold afterwards, also when run again. */
  readonly apply: (preparation: Preparation) => readonly string[];
  /** Shell lines: back to what was before, also when run again. */
  readonly undo: (preparation: Preparation) => readonly string[];
  /** For systemd-networkd; null: it has no such thing, or not for what this one asks. */
  readonly networkd: ((preparation: Preparation) => readonly Snippet[] | null) | null;
  /** For ifupdown; null: it has no such thing. */
  readonly ifupdown: ((preparation: Preparation) => readonly Snippet[]) | null;
}
