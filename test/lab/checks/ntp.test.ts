import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Endpoint } from "../../../src/checks/target.ts";
import { freePort, ServerProgram, Workshop } from "./server-program.ts";
import { trials, tryAt } from "./trials.ts";

const check = "type: ntp";
const answers = async (endpoint: Endpoint): Promise<boolean> =>
  !/^(timeout|unreachable)/.test(await tryAt(`${check}, timeout: 200ms`, endpoint, "udp"));

const workshop = new Workshop();
after(() => workshop.remove());

/** chronyd that serves its own clock, and leaves this machine's alone (-x). */
async function startChrony(...lines: readonly string[]): Promise<ServerProgram> {
  const port = await freePort();
  const settings = [
    `port ${port}`,
    "bindaddress 127.0.0.1",
    "cmdport 0",
    "bindcmdaddress /",
    "allow 127.0.0.1",
    `pidfile ${workshop.path}/chronyd-${port}.pid`,
    ...lines,
  ];
  const file = workshop.file(`chrony-${port}.conf`, `${settings.join("\n")}\n`);
  const args = ["-x", "-d", "-U", "-u", "nobody", "-f", file];
  return ServerProgram.start({ command: "chronyd", args, port, workshop, ready: answers });
}

describe("ntp against chronyd", () => {
  let program: ServerProgram;
  before(async () => {
    program = await startChrony("local stratum 8");
  });
  after(() => program.stop());

  it("compares the stratum", async () => {
    assert.equal(await tryAt(`${check}, stratum: 8`, program.endpoint, "udp"), "passed");
    assert.equal(
      await tryAt(`${check}, stratum: 7`, program.endpoint, "udp"),
      "unexpected: stratum 8, expected at most 7",
    );
  });

  trials({
    check,
    protocol: "udp",
    program: () => program,
    secrets: [],
    garbage: /^unreadable: 16 datagrams, none of them the answer/,
  });
});

describe("udp against chronyd", () => {
  let program: ServerProgram;
  before(async () => {
    program = await startChrony("local stratum 8");
  });
  after(() => program.stop());
  // Version 4, client, and nothing else (RFC 5905, section 7.3); version 4, server.
  const send = `'\\x23${"\\0".repeat(47)}'`;
  trials({
    check: `type: udp, send: ${send}, expect: '\\x24'`,
    protocol: "udp",
    program: () => program,
    secrets: [],
    garbage: /^unexpected: /,
  });
});

describe("ntp against a chronyd without a source", () => {
  it("says that the clock is not synchronised", async () => {
    const program = await startChrony();
    try {
      const said = await tryAt(check, program.endpoint, "udp");
      assert.equal(said, "unexpected: the server's clock is not synchronised");
    } finally {
      await program.stop();
    }
  });
});
