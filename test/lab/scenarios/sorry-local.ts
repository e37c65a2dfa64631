import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, waitFor } from "../instruments/wait.ts";
import type { Lab } from "../lab.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const run = promisify(execFile);
const page = "/run/lab/sorry.html";

/**
 * What a client in a namespace of its own reads from the VIP; empty: it was refused. It asks by one
 * write: a real server of the lab answers the first segment, and resets what comes after its end.
 */
async function fetched({ addresses: { vip } }: Lab): Promise<string> {
  const words = `exec 3<>/dev/tcp/${vip}/80; printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' | cat >&3; cat <&3`;
  const asked = ["netns", "exec", "client", "timeout", "2", "bash", "-c", words];
  return run("ip", asked).then(
    ({ stdout }) => stdout,
    ({ stdout }: { readonly stdout?: string }) => stdout ?? "",
  );
}

export default scenario({
  title: "sorry_server: local: the router itself answers 503 with its page, also after a takeover",
  topology: natPair,
  goals: {},
  async play(lab) {
    writeFileSync(page, "<h1>back at nine</h1>\n");
    const web = { sorry_server: "local", sorry_page: page };
    await lab.startPair({ check: { type: "tcp", interval: "300ms", timeout: "300ms" }, web });
    const served = (text: string): boolean => text !== "" && !text.startsWith("HTTP/1.1 503");
    expect(served(await fetched(lab)), "a real server answers while there is one");
    for (const server of lab.servers) await server.kill();
    for (const router of [lab.r1, lab.r2] as const)
      await router.sees("the state is sorry", 5000, (status) => {
        return status.virtual_servers[0]?.state === "sorry";
      });
    const answers = async (): Promise<boolean> => {
      const text = await fetched(lab);
      return text.startsWith("HTTP/1.1 503") && text.includes("back at nine");
    };
    await waitFor("r1 answers 503 with the page", 5000, answers);
    await lab.r1.switchover();
    await lab.r2.sees("r2 is active", 5000, (status) => status.state === "active");
    await waitFor("r2 answers 503 with the page", 5000, answers);
    await lab.server("rs1").start();
    await waitFor("rs1 answers again", 12_000, async () => served(await fetched(lab)));
    return {};
  },
});
