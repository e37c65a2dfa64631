import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { serve, serveTls, serveUdp } from "../../../checks/servers.ts";

interface Line {
  readonly type: string;
  readonly event: string;
  readonly threw: number;
  readonly tried: { readonly kind: string; readonly why?: string };
}

const program = fileURLToPath(new URL("../../../checks/throwing.ts", import.meta.url));
const containment = fileURLToPath(
  new URL("../../../../src/checks/containment.ts", import.meta.url),
);

describe("what is thrown in a callback", () => {
  it("ends the try of every runner and never the process", async (context) => {
    const echo = await serve(context, (socket) => socket.pipe(socket));
    const silent = await serve(context, () => {});
    const tls = await serveTls(context, (socket) => socket.pipe(socket));
    const udp = await serveUdp(context, (socket, bytes, port) => socket.send(bytes, port));
    const ports = [echo, tls, udp, silent].map(({ port }) => String(port));

    const child = spawn(process.execPath, [program, ...ports], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (bytes: Buffer) => {
      said += bytes.toString();
    });
    const status = await new Promise((resolve) => child.once("close", resolve));
    const lines = said
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
    assert.equal(status, 0, said);
    for (const { type, event, threw, tried } of lines.slice(0, -1)) {
      assert.ok(threw > 0, `${type}: nothing threw in ${event}`);
      assert.notEqual(tried.kind, "passed", `${type}: passed though ${event} threw`);
    }
    assert.deepEqual(lines.at(-1)?.type, "alive", said);
    assert.equal(lines.at(-1)?.tried.kind, "passed");
  });

  const run = (body: string) =>
    spawnSync(process.execPath, ["--input-type=module", "--eval", body], { encoding: "utf8" });
  const prelude = `
    import { contained, containThrows } from ${JSON.stringify(containment)};
    containThrows((what, thrown) => console.log("late", what, thrown.message));
  `;

  it("is reported when its work had ended before, and the process goes on", () => {
    const { status, stdout } = run(`${prelude}
      await contained("check x", async () => {
        setTimeout(() => { throw new Error("afterwards"); }, 5);
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log("alive");
    `);
    assert.equal(stdout, "late check x afterwards\nalive\n");
    assert.equal(status, 0);
  });

  it("ends the process where it is no contained work's: a bug of the daemon's own", () => {
    const { status, stdout, stderr } = run(`${prelude}
      setTimeout(() => { throw new Error("a bug of ours"); }, 5);
      setTimeout(() => console.log("alive"), 100);
    `);
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /Error: a bug of ours\n\s+at /);
  });
});
