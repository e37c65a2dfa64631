import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { freePort, ServerProgram, Workshop } from "./server-program.ts";
import { certificateTrials, trials, tryAt } from "./trials.ts";

const password = "geheim-17";
let workshop: Workshop;
let passwordFile: string;
before(() => {
  workshop = new Workshop();
  passwordFile = workshop.file("password", `${password}\n`);
});
after(() => workshop.remove());

async function startRedis(...options: readonly string[]): Promise<ServerProgram> {
  const port = await freePort();
  const plain = options.includes("--tls-port") ? ["--port", "0"] : ["--port", `${port}`];
  const args = ["--bind", "127.0.0.1", "--save", "", "--dir", workshop.path, ...plain, ...options];
  return ServerProgram.start({
    command: "redis-server",
    args: args.map((word) => (word === "PORT" ? `${port}` : word)),
    port,
    workshop,
  });
}

describe("redis against redis-server", () => {
  let program: ServerProgram;
  before(async () => {
    program = await startRedis();
  });
  after(() => program.stop());
  trials({
    check: "type: redis, role: master",
    protocol: "tcp",
    program: () => program,
    secrets: [],
    garbage: /^(unexpected: \+PONG expected after PING, got "|too-long: )/,
  });
});

describe("the login and the role of redis", () => {
  let master: ServerProgram;
  let replica: ServerProgram;
  before(async () => {
    master = await startRedis("--requirepass", password);
    const { port } = master.endpoint;
    replica = await startRedis("--replicaof", `127.0.0.1 ${port}`);
    workshop.file("wrong", "falsch\n");
  });
  after(async () => {
    await replica.stop();
    await master.stop();
  });

  it("logs in with the password, and as a user", async () => {
    const login = `type: redis, role: any, password_file: ${passwordFile}`;
    assert.equal(await tryAt(login, master.endpoint), "passed");
    assert.equal(await tryAt(`${login}, user: default`, master.endpoint), "passed");
    const stranger = await tryAt(`${login}, user: nobody`, master.endpoint);
    assert.match(stranger, /^unexpected: \+OK expected after AUTH, got "-WRONGPASS/);
    assert.ok(!stranger.includes(password));
  });

  it("says what the server says to a wrong password and to none", async () => {
    const wrong = `type: redis, role: any, password_file: ${workshop.path}/wrong`;
    const said = await tryAt(wrong, master.endpoint);
    assert.match(said, /^unexpected: \+OK expected after AUTH, got "-WRONGPASS invalid/);
    assert.ok(!said.includes("falsch"));
    const none = await tryAt("type: redis, role: any", master.endpoint);
    assert.match(none, /^unexpected: \+PONG expected after PING, got "-NOAUTH/);
  });

  it("distinguishes a replica from its master", async () => {
    const of = (role: string): string => `type: redis, role: ${role}`;
    assert.equal(await tryAt(of("slave"), replica.endpoint), "passed");
    assert.equal(await tryAt(of("any"), replica.endpoint), "passed");
    assert.equal(
      await tryAt(of("master"), replica.endpoint),
      'unexpected: the role master expected after ROLE, got "slave"',
    );
    assert.equal(
      await tryAt(`${of("slave")}, password_file: ${passwordFile}`, master.endpoint),
      'unexpected: the role slave expected after ROLE, got "master"',
    );
  });
});

describe("redis over TLS", () => {
  let certificates: Certificates;
  before(() => {
    certificates = makeCertificates(workshop);
  });
  certificateTrials(
    "type: redis, role: any",
    () => certificates,
    (kind) => {
      const { key, certificate } = certificates.of[kind];
      return startRedis(
        ...["--tls-port", "PORT", "--tls-auth-clients", "no"],
        ...["--tls-key-file", key, "--tls-cert-file", certificate],
        ...["--tls-ca-cert-file", certificates.ca],
      );
    },
  );
});
