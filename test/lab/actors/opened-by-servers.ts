/** What a real server's own connections look like to who is called: a port that says who calls. */
import { spawn } from "node:child_process";
import type { Lab } from "../lab.ts";
import { within } from "../machine/namespace.ts";
import { output } from "../machine/pipe.ts";

const port = 7;

/** From now on this machine says to each caller by which address it calls. */
export function sayWhoCalls(lab: Lab, machine: string): void {
  const listening = [`TCP-LISTEN:${port},fork,reuseaddr`, "SYSTEM:echo $SOCAT_PEERADDR"];
  const child = within(machine, () => spawn("socat", listening, { stdio: "ignore" }));
  lab.endWith(async () => void child.kill("SIGKILL"));
}

/** The source of a connection that `machine` opens to the machine that says who calls. */
export async function sourceSeen(machine: string, address: string): Promise<string> {
  const words = ["-T", "3", "-", `TCP:${address}:${port}`];
  return (await output("ip", "netns", "exec", machine, "socat", ...words)).trim();
}
