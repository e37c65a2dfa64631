/**
 * The states in which a check must find a real server, whatever its type: the real program healthy,
 * stopped, hung and refusing; and what no program of Debian does on demand, a double of a few
 * lines: wrong answers, one byte at a time, and 1 MiB of garbage.
 */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import type { TestContext } from "node:test";
import { runCheck, type Tried } from "../../../src/checks/check.ts";
import type { Endpoint } from "../../../src/checks/target.ts";
import { Transcript } from "../../../src/checks/transcript.ts";
import { type Check, triedChecks } from "../../../src/config/config.ts";
import { loopback, nobody, serve, serveTls, serveUdp } from "../../checks/servers.ts";
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

/** How a try of the check ends; one that passes has a conversation to show (`lvsd probe`). */
export async function judged(check: Check, target: Endpoint): Promise<string> {
  const transcript = new Transcript();
  const tried = await runCheck(check, target, new AbortController().signal, transcript);
  if (tried.kind === "passed") assert.ok(transcript.steps().length > 0, check.type);
  return outcome(tried);
}

/** A check as it is written, and where one program answers it. */
export interface Shown {
  readonly written: string;
  readonly port: number;
  readonly protocol?: "tcp" | "udp";
}

/** Shows the states of the real program; it is stopped afterwards. */
export const showProgram = (
  context: TestContext,
  written: string,
  port: number,
  program: Program,
  protocol: "tcp" | "udp" = "tcp",
): Promise<void> => showPrograms(context, [{ written, port, protocol }], program);

/** The same for several checks of one program. */
export async function showPrograms(
  context: TestContext,
  shown: readonly Shown[],
  program: Program,
): Promise<void> {
  const each = async (how: string, timeout: string, ends: RegExp): Promise<void> => {
    for (const { written, port, protocol } of shown)
      assert.match(
        await judged(checkOf(written, timeout, protocol), at(port)),
        ends,
        `${how}: ${written}`,
      );
  };
  const refused = /^unreachable: connection refused$/;
  await each("healthy", "8s", /^passed$/);
  await program.hang();
  await each("hung", "400ms", /^timeout: no .* within 400ms$/);
  program.go();
  await each("healthy again", "8s", /^passed$/);
  await program.stop();
  await each("stopped", "8s", refused);
  for (const { written, protocol } of shown)
    if (protocol !== "udp")
      assert.match(await judged(checkOf(written), await nobody(context)), refused, written);
}

/** What comes over TLS where a protocol begins with it, and what is none of it. */
export async function showTlsDouble(context: TestContext, written: string): Promise<void> {
  const trickle = (socket: Socket, piece: string): void => {
    const timer = setInterval(() => socket.write(piece), 200);
    socket.once("close", () => clearInterval(timer));
  };
  const slow = await serveTls(context, (socket) => trickle(socket, "2"));
  assert.match(
    await judged(checkOf(written, "1s"), slow),
    /^(?:timeout|unexpected|unreadable): /,
    `slow over TLS: ${written}`,
  );
  const clear = await serve(context, (socket) => trickle(socket, "2"));
  assert.match(await judged(checkOf(written, "1s"), clear), /^(?:timeout|tls): /, written);
  const garbage = Buffer.alloc(1024 * 1024, "\x07\xfe garbage ");
  const loud = await serveTls(context, (socket) => socket.end(garbage));
  assert.match(
    await judged(checkOf(written), loud),
    /^(?:too-long|unexpected|unreadable): /,
    `garbage over TLS: ${written}`,
  );
  const strange = await serve(context, (socket) => socket.end(garbage));
  assert.match(await judged(checkOf(written), strange), /^tls: /, written);
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
  await showTrickle(context, written);
}

/** Datagrams of one byte each, one after the other. */
export async function showTrickle(context: TestContext, written: string): Promise<void> {
  const slow = await serveUdp(context, (socket, _bytes, port) => {
    const timer = setInterval(() => socket.send("2", port), 200);
    context.after(() => clearInterval(timer));
  });
  assert.match(
    await judged(checkOf(written, "1s", "udp"), slow),
    /^(?:timeout|unexpected|unreadable): /,
    written,
  );
}
