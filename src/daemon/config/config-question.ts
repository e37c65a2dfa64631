/** What the thread that reads configurations may be asked. */
import type { Config } from "../../config/config.ts";
import type { ConfigFile } from "../../config/read-config.ts";

/** One question a thread: config-thread.ts asks, config-worker.ts answers. */
export type Question =
  | {
      readonly kind: "read";
      readonly path: string;
      /** Stands for what the main file holds, before it is stored; null: what is on the disk. */
      readonly text: string | null;
      /**
       * The main file that is loaded. Where `text` is given, which comes from outside, its includes
       * are judged by it before they are read; null: there is none.
       */
      readonly loaded: string | null;
      /** Files that `text` may lead back to: with such a text comes what it included then. */
      readonly past: readonly string[];
      /** What stands for the files on the disk, the main one first; null: they themselves. */
      readonly instead: readonly ConfigFile[] | null;
    }
  | {
      readonly kind: "serial";
      readonly path: string;
      readonly text: string;
      readonly serial: number;
    }
  | {
      readonly kind: "bounds";
      readonly path: string;
      readonly text: string;
      /** What is loaded, the main file first. */
      readonly present: readonly string[];
      /** As above. */
      readonly past: readonly string[];
      readonly next: Pick<Config, "heartbeat" | "notify">;
      readonly before: Pick<Config, "heartbeat" | "notify">;
    };
