import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { type Certificates, makeCertificates } from "../certificates.ts";
import { freePort, ServerProgram, Workshop } from "../server-program.ts";
import { certificateTrials, tryAt } from "../trials.ts";
import { sqlTrials } from "./sql-trials.ts";

const [version = ""] = readdirSync("/usr/lib/postgresql").sort().reverse();
const programs = `/usr/lib/postgresql/${version}/bin`;
const password = "geheim-31";
const workshop = new Workshop();
after(() => workshop.remove());
const passwordFile = workshop.file("password", `${password}\n`);
const wrongFile = workshop.file("wrong", "falsch-32\n");
const data = `${workshop.path}/data`;
const login = (user: string, file = passwordFile): string =>
  `type: pgsql, user: ${user}, password_file: ${file}, database: app`;

async function startPostgres(...settings: readonly string[]): Promise<ServerProgram> {
  const port = await freePort();
  const common = ["listen_addresses=127.0.0.1", `port=${port}`, "fsync=off", "max_connections=20"];
  const args = [...common, `unix_socket_directories=${workshop.path}`, ...settings];
  const options = args.flatMap((setting) => ["-c", setting]);
  const command = `${programs}/postgres`;
  const program = await ServerProgram.start({
    command,
    args: ["-D", data, ...options],
    port,
    workshop,
    // It takes connections before it lets in.
    // A fast shutdown: it does not wait for its clients.
    endedBy: "SIGINT",
    ready: async (endpoint) => !/57P03|refused/.test(await tryAt("type: pgsql", endpoint)),
  });
  return program;
}

before(async () => {
  workshop.run(`${programs}/initdb`, [
    "-D",
    data,
    "-U",
    "admin",
    "-A",
    "trust",
    "-N",
    "--locale=C",
    "-E",
    "UTF8",
  ]);
  const first = await startPostgres();
  const psql = ["-h", "127.0.0.1", "-p", `${first.endpoint.port}`, "-U", "admin", "-X", "-q"];
  workshop.run("/usr/bin/psql", [...psql, "-d", "postgres"], "create database app;");
  workshop.run(
    "/usr/bin/psql",
    [...psql, "-d", "app"],
    `create role probe login password '${password}';
set password_encryption = 'md5';
create role old login password '${password}';
create role stale login;
create table hosts (name text);
insert into hosts values ('a'), ('b');
grant select on hosts to probe;
`,
  );
  await first.stop();
  workshop.file(
    "data/pg_hba.conf",
    `host all stale 127.0.0.1/32 reject
host all probe 127.0.0.1/32 scram-sha-256
host all old 127.0.0.1/32 md5
host all lvsd 127.0.0.1/32 scram-sha-256
`,
  );
});

describe("pgsql against postgres", () => {
  let program: ServerProgram;
  before(async () => {
    program = await startPostgres();
  });
  after(() => program.stop());
  const ask = (check: string): Promise<string> => tryAt(`${check}, timeout: 5s`, program.endpoint);

  it("logs in by SCRAM-SHA-256 and by MD5, and asks", async () => {
    assert.equal(await ask(login("probe")), "passed");
    assert.equal(await ask(login("old")), "passed");
    assert.equal(await ask(`${login("probe")}, query: SELECT name FROM hosts`), "passed");
  });

  it("passes without a login when the server wants one", async () => {
    assert.equal(await ask("type: pgsql"), "passed");
  });

  it("says what the server says", async () => {
    for (const user of ["probe", "old"])
      assert.equal(
        await ask(login(user, wrongFile)),
        `unexpected: 28P01: password authentication failed for user "${user}"`,
      );
    assert.match(await ask(login("stale")), /^unexpected: 28000: pg_hba\.conf rejects connection/);
    assert.match(
      await ask(`${login("probe")}, query: SELECT * FROM nothing`),
      /^unexpected: 42P01: relation "nothing" does not exist/,
    );
    assert.equal(
      await ask(`${login("probe")}, query: SELECT * FROM hosts WHERE false`),
      "unexpected: the query gave no row",
    );
    assert.match(
      await ask(login("probe").replace("database: app", "database: none")),
      /^unexpected: 3D000: database "none" does not exist/,
    );
  });

  it("fails on an answer that does not end", async () => {
    const query = "query: 'SELECT repeat(''x'', 1000) FROM generate_series(1, 100000)'";
    assert.match(await ask(`${login("probe")}, ${query}`), /^too-long: /);
    assert.match(
      await tryAt(`${login("probe")}, query: SELECT pg_sleep(30), timeout: 1s`, program.endpoint),
      /^timeout: no answer to the query within/,
    );
  });

  it("takes leave, so that the server's log shows no broken connection", async () => {
    assert.equal(await ask(`${login("probe")}, query: SELECT 1`), "passed");
    assert.doesNotMatch(program.output, /unexpected EOF/);
  });

  sqlTrials({ type: "pgsql", login: login("probe"), ask, program: () => program, password });
});

describe("pgsql over TLS", () => {
  let certificates: Certificates;
  before(() => {
    certificates = makeCertificates(workshop);
  });
  certificateTrials(
    `${login("probe")}, query: SELECT 1`,
    () => certificates,
    (kind) => {
      const { key, certificate } = certificates.of[kind];
      return startPostgres("ssl=on", `ssl_key_file=${key}`, `ssl_cert_file=${certificate}`);
    },
  );
});
