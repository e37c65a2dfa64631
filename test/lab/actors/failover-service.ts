/**
 * A failover service for stories: one script that starts, stops and looks at a process of its own,
 * keeps a diary, and can be broken, router by router.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { waitFor } from "../instruments/wait.ts";
import type { ConfigObject } from "./pair-config.ts";
import type { Router } from "./router.ts";

/** `start` leaves a daemon behind that is nobody's child, as daemons do. */
const script = `#!/bin/sh
place=PLACE-$(ip netns identify)
now() { cut -d' ' -f1 /proc/uptime; }
alive() { test -e $place.pid && test -d /proc/$(cat $place.pid); }
test $1 = look || echo "$(ip netns identify) $1 $(now)" >>PLACE.diary
test -e $place.$1-hangs && sleep 61
test -e $place.$1-fails && { echo "no disk for it" >&2; exit 3; }
case $1 in
  start) alive || setsid -f sh -c 'echo $$ >'$place'.pid; exec sleep 1000' >/dev/null 2>&1 ;;
  stop) alive && kill $(cat $place.pid); rm -f $place.pid ;;
  look) alive || { echo "it is gone"; exit 1; } ;;
esac
echo "$(ip netns identify) $1-ended $(now)" >>PLACE.diary
`;

type Command = "start" | "stop" | "look";

/** What the service did on which machine, in order. */
export interface Entry {
  readonly router: string;
  readonly what: string;
  /** Seconds of the kernel's clock, in hundredths. */
  readonly at: number;
}

export class FailoverService {
  readonly #program: string;

  constructor(name: string) {
    this.#program = `/run/lab/service-${name}`;
    writeFileSync(this.#program, script.replaceAll("PLACE", this.#program), { mode: 0o755 });
    // A story that is told again finds what its first telling left.
    for (const each of readdirSync("/run/lab"))
      if (each.startsWith(`service-${name}.`) || each.startsWith(`service-${name}-`))
        rmSync(`/run/lab/${each}`);
  }

  /** The keys of the service in the configuration. */
  config(more: ConfigObject = {}): ConfigObject {
    const check = { type: "command", command: this.#program, args: ["look"] };
    return {
      start: [this.#program, "start"],
      stop: [this.#program, "stop"],
      check: { ...check, interval: "250ms", timeout: "2s" },
      ...more,
    };
  }

  /** Its pid on this router; null: it does not run there. */
  pid(router: Router): number | null {
    const file = `${this.#program}-${router.name}.pid`;
    const pid = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
    return pid > 0 && existsSync(`/proc/${pid}`) ? pid : null;
  }

  /** It dies by itself. Throws where it does not run. */
  crash(router: Router): void {
    const pid = this.pid(router);
    if (pid === null) throw new Error(`the service does not run on ${router.name}`);
    process.kill(pid, "SIGKILL");
  }

  /** From now on a command fails there, or hangs, or (`works`) does neither. */
  make(router: Router, command: Command, how: "fails" | "hangs" | "works"): void {
    const file = `${this.#program}-${router.name}.${command}`;
    for (const each of ["fails", "hangs"]) rmSync(`${file}-${each}`, { force: true });
    if (how !== "works") writeFileSync(`${file}-${how}`, "");
  }

  diary(): Entry[] {
    const file = `${this.#program}.diary`;
    const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    return lines
      .map((line) => line.split(" "))
      .filter(([, what = ""]) => !what.startsWith("look"))
      .map(([router = "", what = "", at]) => ({ router, what, at: Number(at) }));
  }

  /** `r1 start, r1 start-ended`: the diary from its n-th entry on. */
  story(from = 0): string {
    return this.diary()
      .slice(from)
      .map(({ router, what }) => `${router} ${what}`)
      .join(", ");
  }

  /** Waits until it runs on this router alone. */
  runsOn(router: Router, other: Router, withinMs: number): Promise<unknown> {
    return waitFor(`the service runs on ${router.name} alone`, withinMs, () => {
      return this.pid(router) !== null && this.pid(other) === null;
    });
  }
}
