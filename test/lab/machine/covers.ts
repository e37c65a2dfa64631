/**
 * Programs that are other ones for a router's daemon: a script is mounted over each in the daemon's
 * mount namespace, over its restarts too, and nobody else on the lab's kernel sees it.
 */
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { output } from "./pipe.ts";

export type Program = "ipvsadm" | "ip" | "nft";

export class Covers {
  readonly #directory: string;
  /** Paths of programs and what covers them. */
  readonly #replaced = new Map<string, string>();

  /** The scripts lie in `directory`. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The mounts as commands of a shell, for a daemon that is about to start. */
  commands(): string[] {
    return [...this.#replaced].map(([place, fake]) => `mount --bind ${fake} ${place}`);
  }

  /**
   * Covers `program` with `script`, in which `REAL` stands for the real program's path; null: with
   * a file that cannot be started, as if it were missing. `daemon`: the pid that runs already.
   */
  async replace(program: Program, script: string | null, daemon: number | null): Promise<void> {
    const place = await placeOf(program);
    const real = `${this.#directory}/real-${program}`;
    const fake = `${this.#directory}/fake-${program}`;
    if (!existsSync(real)) copyFileSync(place, real);
    writeFileSync(fake, (script ?? "").replaceAll("REAL", real), {
      mode: script === null ? 0o644 : 0o755,
    });
    const known = this.#replaced.has(place);
    this.#replaced.set(place, fake);
    if (daemon !== null && !known) await inMountsOf(daemon, "mount", "--bind", fake, place);
  }

  /** Whoever runs the script still may end with it. */
  async restore(program: Program, daemon: number | null): Promise<void> {
    const place = await placeOf(program);
    this.#replaced.delete(place);
    if (daemon !== null) await inMountsOf(daemon, "umount", "--lazy", place);
  }
}

const placeOf = async (program: Program): Promise<string> =>
  (await output("sh", "-c", `readlink -f "$(command -v ${program})"`)).trim();

const inMountsOf = (pid: number, ...argv: readonly string[]): Promise<string> =>
  output("nsenter", "--mount", "--target", `${pid}`, ...argv);
