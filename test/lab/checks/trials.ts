/**
 * What every check must stand, whatever its protocol: tries against a real server program that
 * serves, hangs and is gone, and against servers that close at once, say one byte a second, or talk
 * nonsense. The servers of nonsense are of a few lines, since no program of Debian does that.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { it, type TestContext } from "node:test";
import { runCheck, type Tried } from "../../../src/checks/check.ts";
import type { Endpoint } from "../../../src/checks/target.ts";
import { Transcript } from "../../../src/checks/transcript.ts";
import type { Check } from "../../../src/config/config.ts";
import { triedChecks } from "../../../src/config/config.ts";
import { serve, serveUdp } from "../../checks/servers.ts";
import { accepted, readText } from "../../config/texts.ts";
import { type Certificates, certificateKinds, serverName } from "./certificates.ts";
import type { ServerProgram } from "./server-program.ts";
import { showTrickle } from "./states.ts";

/** A check as an operator writes it: the inside of `check: { ... }`. */
export function checkOf(written: string, protocol: "tcp" | "udp" = "tcp"): Check {
  const [check] = triedChecks(
    accepted(
      readText(`routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  service:
    address: 192.0.2.2
    port: 80
    protocol: ${protocol}
    check: { ${written} }
    real_servers: { rs1: { address: 10.0.0.1 } }
`),
    ).virtualServers[0]?.realServers[0]?.check ?? { type: "none" },
  );
  assert.ok(check !== undefined);
  return check;
}

/** A passed try is "passed"; a failed one its reason and what it says. */
export const told = (tried: Tried): string =>
  tried.kind === "passed" ? "passed" : `${tried.reason}: ${tried.why}`;

export const tryAt = async (
  written: string,
  endpoint: Endpoint,
  protocol: "tcp" | "udp" = "tcp",
): Promise<string> => {
  const transcript = new Transcript();
  const { signal } = new AbortController();
  const tried = await runCheck(checkOf(written, protocol), endpoint, signal, transcript);
  // `lvsd probe` has something to show.
  if (tried.kind === "passed") assert.ok(transcript.steps().length > 0, written);
  return told(tried);
};

export interface Subject {
  /** The inside of a check that passes against the running program. */
  readonly check: string;
  readonly protocol: "tcp" | "udp";
  readonly program: () => ServerProgram;
  /** What no reason may show. */
  readonly secrets: readonly string[];
  /** Whether the program speaks first or answers in one go, so that garbage must be told. */
  readonly garbage: RegExp;
}

const quick = (check: string, timeout: string): string => `${check}, timeout: ${timeout}`;

/** Registers the trials. The last one ends the program. */
export function trials(subject: Subject): void {
  const { check, protocol, program, secrets, garbage } = subject;
  const attempt = async (written: string, endpoint: Endpoint): Promise<string> => {
    const said = await tryAt(written, endpoint, protocol);
    for (const secret of secrets) assert.ok(!said.includes(secret), said);
    return said;
  };

  it("passes while the program serves, again and again", async () => {
    for (let count = 0; count < 5; count++)
      assert.equal(await attempt(quick(check, "5s"), program().endpoint), "passed");
  });

  it("fails by its timeout while the program hangs, and passes when it goes on", async () => {
    await program().freeze();
    assert.match(
      await attempt(quick(check, "300ms"), program().endpoint),
      /^timeout: no .+ within 300ms$/,
    );
    program().thaw();
    assert.equal(await attempt(quick(check, "5s"), program().endpoint), "passed");
  });

  if (protocol === "tcp") {
    it("fails by its timeout when one byte a second comes", async (context) => {
      const endpoint = await dripping(context, program().endpoint);
      assert.match(await attempt(quick(check, "1500ms"), endpoint), /^timeout: no .+ within 1\.?5/);
    });

    it("fails when the connection is closed at once", async (context) => {
      const endpoint = await serve(context, (socket) => socket.end());
      assert.match(await attempt(quick(check, "5s"), endpoint), /^(closed|tls): /);
    });

    it("fails on 1 MiB of garbage, and soon", async (context) => {
      const bytes = randomBytes(1024 * 1024);
      const endpoint = await serve(context, (socket) => socket.end(bytes));
      assert.match(await attempt(quick(check, "5s"), endpoint), garbage);
    });
  } else {
    it("fails when datagrams of one byte come, one after the other", async (context) => {
      await showTrickle(context, check);
    });

    it("fails on 1 MiB of garbage, and soon", async (context) => {
      const endpoint = await serveUdp(context, (socket, _bytes, port) => {
        // One after the other, since more would not fit into a receive buffer.
        let count = 0;
        const timer = setInterval(() => {
          count += 1;
          if (count > 20) clearInterval(timer);
          else socket.send(randomBytes(61_680), port, "127.0.0.1");
        }, 10);
        context.after(() => clearInterval(timer));
      });
      assert.match(await attempt(quick(check, "2s"), endpoint), garbage);
    });
  }

  it("fails as refused when the program is gone", async () => {
    const { endpoint } = program();
    await program().stop();
    assert.match(await attempt(quick(check, "5s"), endpoint), /^unreachable: connection refused$/);
  });
}

/** Carries to the server what comes, and back one byte a second. */
async function dripping(context: TestContext, server: Endpoint): Promise<Endpoint> {
  return serve(context, (socket) => {
    const onwards = connect(server.port, server.address);
    const kept: number[] = [];
    const timer = setInterval(() => {
      const byte = kept.shift();
      if (byte !== undefined) socket.write(Buffer.of(byte));
    }, 1000);
    onwards.on("error", () => socket.destroy());
    onwards.on("data", (bytes: Buffer) => kept.push(...bytes));
    socket.on("data", (bytes) => onwards.write(bytes));
    socket.once("close", () => {
      clearInterval(timer);
      onwards.destroy();
    });
  });
}

const tlsReasons = {
  sound: /^passed$/,
  expired: /^tls: the certificate has expired/,
  "self-signed": /^tls: the certificate is self-signed/,
  "wrong name": /^tls: .*real\.example/,
} as const;

/** Tries each kind of certificate; `start` starts the program with it. `check`: without `tls`. */
export function certificateTrials(
  check: string,
  certificates: () => Certificates,
  start: (kind: (typeof certificateKinds)[number]) => Promise<ServerProgram>,
): void {
  for (const kind of certificateKinds)
    it(`verifies a certificate that is ${kind}`, async () => {
      const program = await start(kind);
      try {
        const { ca } = certificates();
        const tls = `tls: { ca: ${ca}, sni: ${serverName} }`;
        const said = await tryAt(`${check}, ${tls}, timeout: 5s`, program.endpoint);
        assert.match(said, tlsReasons[kind]);
        const lenient = `tls: { sni: ${serverName}, verify: false }`;
        const unverified = await tryAt(`${check}, ${lenient}, timeout: 5s`, program.endpoint);
        assert.equal(unverified, "passed");
      } finally {
        await program.stop();
      }
    });
}
