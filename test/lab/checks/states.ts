/**
 * The states in which a check must find a real server, whatever its type: the real program healthy,
 * stopped, hung and refusing; and what no program of Debian does on demand, a double of a few
 * lines: wrong answers, one byte at a time, and 1 MiB of garbage.
 */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Tried } from "../../../src/checks/check.ts";
import type { Endpoint } from "../../../src/checks/target.ts";
import { type Check, triedChecks } from "../../../src/config/config.ts";
import { loopback, nobody, serve, serveUdp, tryOnce } from "../../checks/servers.ts";
import { accepted, readText } from "../../config/texts.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import type { Program } from "./program.ts";
import { Workshop } from "./server-program.ts";

/** The check that an operator writes so, with a time-out that a busy machine keeps. */
export function checkOf(written: string, timeout = "8s", protocol = "tcp"): Check {
  const text = `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  service:
    address: 192.0.2.2
    port: 80
    protocol: ${protocol}
    check: { timeout: ${timeout}, ${written} }
    real_servers: { rs1: { address: 10.0.0.1 } }
`;
  const check = accepted(readText(text)).virtualServers[0]?.realServers[0]?.check;
  const [one] = check === undefined ? [] : triedChecks(check);
  return one ?? assert.fail(`no check: ${written}`);
}

export const at = (port: number): Endpoint => ({ address: loopback, port });

/** Certificates of one test. */
export function certificatesOf(context: TestContext): Certificates {
  const workshop = new Workshop();
  context.after(() => workshop.remove());
  return makeCertificates(workshop);
}

/** `passed`, or the reason and what is said. */
export const outcome = (tried: Tried): string =>
  tried.kind === "passed" ? "passed" : `${tried.reason}: ${tried.why}`;

/** How a try of the check ends. */
export const judged = async (check: Check, target: Endpoint): Promise<string> =>
  outcome(await tryOnce(check, target));

/** Shows the states of the real program; it is stopped afterwards. */
export async function showProgram(
  context: TestContext,
  written: string,
  port: number,
  program: Program,
  protocol = "tcp",
): Promise<void> {
  assert.equal(await judged(checkOf(written, "8s", protocol), at(port)), "passed", "healthy");
  await program.hang();
  assert.match(
    await judged(checkOf(written, "400ms", protocol), at(port)),
    /^timeout: no .* within 400ms$/,
  );
  program.go();
  assert.equal(await judged(checkOf(written, "8s", protocol), at(port)), "passed", "healthy again");
  await program.stop();
  const refused = /^unreachable: connection refused$/;
  assert.match(await judged(checkOf(written, "8s", protocol), at(port)), refused, "stopped");
  if (protocol === "tcp")
    assert.match(await judged(checkOf(written), await nobody(context)), refused, "refusing");
}

/** Shows what a double does that speaks in the clear. `wrong`: an answer that is none. */
export async function showDouble(
  context: TestContext,
  written: string,
  wrong: { readonly says: string; readonly judged: RegExp },
): Promise<void> {
  const answering = await serve(context, (socket) => socket.write(wrong.says));
  assert.match(await judged(checkOf(written), answering), wrong.judged);
  const slow = await serve(context, (socket) => {
    const timer = setInterval(() => socket.write("2"), 200);
    socket.once("close", () => clearInterval(timer));
  });
  assert.match(
    await judged(checkOf(written, "700ms"), slow),
    /^(?:timeout|unexpected|unreadable): /,
  );
  const garbage = Buffer.alloc(1024 * 1024, "\x07\xfe garbage ");
  const loud = await serve(context, (socket) => socket.end(garbage));
  assert.match(await judged(checkOf(written), loud), /^(?:too-long|unexpected|unreadable): /);
  const mute = await serve(context, (socket) => socket.end());
  assert.match(await judged(checkOf(written), mute), /^closed: /);
}

/** The same by datagrams. */
export async function showDatagramDouble(
  context: TestContext,
  written: string,
  wrong: { readonly says: string; readonly judged: RegExp },
): Promise<void> {
  const says = (bytes: string | Buffer) =>
    serveUdp(context, (socket, _bytes, port) => socket.send(bytes, port));
  const check = checkOf(written, "2s", "udp");
  assert.match(await judged(check, await says(wrong.says)), wrong.judged);
  const garbage = Buffer.alloc(60_000, "\x07\xfe garbage ");
  assert.match(await judged(check, await says(garbage)), /^(?:too-long|unexpected): /);
}
