import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, it, test } from "node:test";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { freePort, ServerProgram, Workshop } from "./server-program.ts";
import { certificateTrials, trials, tryAt } from "./trials.ts";

const workshop = new Workshop();
after(() => workshop.remove());

/** What it says to one command. */
async function answerOf({ endpoint }: ServerProgram, command: string): Promise<string> {
  const socket = connect(endpoint.port, endpoint.address);
  socket.write(command);
  const [answer] = await once(socket, "data");
  socket.destroy();
  return String(answer);
}

async function startMemcached(...options: readonly string[]): Promise<ServerProgram> {
  const port = await freePort();
  const args = ["-l", "127.0.0.1", "-p", `${port}`, "-U", "0", "-m", "16", ...options];
  return ServerProgram.start({ command: "memcached", args, port, workshop });
}

describe("memcached against memcached", () => {
  let program: ServerProgram;
  before(async () => {
    program = await startMemcached();
  });
  after(() => program.stop());
  trials({
    check: "type: memcached",
    protocol: "tcp",
    program: () => program,
    secrets: [],
    garbage: /^(unexpected: VERSION expected after version, got "|too-long: )/,
  });
});

describe("the login of memcached", () => {
  const password = "geheim-17";
  let program: ServerProgram;
  let right: string;
  let wrong: string;
  before(async () => {
    const users = workshop.file("users", `probe:${password}\n`);
    program = await startMemcached("-Y", users);
    right = workshop.file("right", `${password}\n`);
    wrong = workshop.file("wrong", "falsch-18\n");
  });
  after(() => program.stop());

  it("logs in with the name and the password", async () => {
    const login = `type: memcached, user: probe, password_file: ${right}`;
    assert.equal(await tryAt(login, program.endpoint), "passed");
  });

  it("says what the server says to another one, and to none", async () => {
    assert.equal(
      await tryAt(`type: memcached, user: probe, password_file: ${wrong}`, program.endpoint),
      'unexpected: STORED expected after the login, got "CLIENT_ERROR authentication failure"',
    );
    assert.equal(
      await tryAt("type: memcached", program.endpoint),
      'unexpected: VERSION expected after version, got "CLIENT_ERROR unauthenticated"',
    );
  });
});

test("memcached without a login is sent no password", async () => {
  const password = "geheim-19";
  const program = await startMemcached();
  try {
    const file = workshop.file("unwanted", `${password}\n`);
    const heard = await tryAt(
      `type: memcached, user: probe, password_file: ${file}`,
      program.endpoint,
    );
    assert.match(heard, /^unexpected: it wants no login: .*, got "VERSION \d/);
    assert.equal(await answerOf(program, "get lvsd\r\n"), "END\r\n", "nothing is stored");
  } finally {
    await program.stop();
  }
});

describe("memcached over TLS", () => {
  let certificates: Certificates;
  before(() => {
    certificates = makeCertificates(workshop);
  });
  certificateTrials(
    "type: memcached",
    () => certificates,
    (kind) => {
      const { key, certificate } = certificates.of[kind];
      return startMemcached("-Z", "-o", `ssl_chain_cert=${certificate},ssl_key=${key}`);
    },
  );
});
