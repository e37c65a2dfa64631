import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Certificates, makeCertificates } from "../certificates.ts";
import { freePort, ServerProgram, Workshop } from "../server-program.ts";
import { certificateTrials, tryAt } from "../trials.ts";
import { sqlTrials } from "./sql-trials.ts";

const password = "geheim-41";
const workshop = new Workshop();
after(() => workshop.remove());
const passwordFile = workshop.file("password", `${password}\n`);
const wrongFile = workshop.file("wrong", "falsch-42\n");
const login = (user: string, file = passwordFile): string =>
  `type: mysql, user: ${user}, password_file: ${file}, database: app`;

async function startMariadb(...settings: readonly string[]): Promise<ServerProgram> {
  const port = await freePort();
  return ServerProgram.start({
    command: "mariadbd",
    args: [
      "--no-defaults",
      `--datadir=${workshop.path}/data`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      `--socket=${workshop.path}/${port}.sock`,
      `--pid-file=${workshop.path}/${port}.pid`,
      "--innodb-buffer-pool-size=8M",
      "--innodb-flush-log-at-trx-commit=0",
      "--log-warnings=9",
      ...settings,
    ],
    port,
    workshop,
  });
}

before(() => {
  workshop.run("mariadb-install-db", [
    "--no-defaults",
    `--datadir=${workshop.path}/data`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
    "--innodb-buffer-pool-size=8M",
  ]);
  workshop.run(
    "mariadbd",
    [
      "--no-defaults",
      `--datadir=${workshop.path}/data`,
      "--bootstrap",
      "--innodb-buffer-pool-size=8M",
    ],
    `use mysql;
flush privileges;
create database app;
create user probe@'127.0.0.1' identified by '${password}';
create user other@'192.0.2.1' identified by '${password}';
grant select on app.* to probe@'127.0.0.1';
create table app.hosts (name text);
insert into app.hosts values ('a'), ('b');
`,
  );
});

describe("mysql against mariadbd", () => {
  let program: ServerProgram;
  before(async () => {
    program = await startMariadb("--skip-name-resolve");
  });
  after(() => program.stop());
  const ask = (check: string): Promise<string> => tryAt(`${check}, timeout: 5s`, program.endpoint);

  it("logs in and asks", async () => {
    assert.equal(await ask(login("probe")), "passed");
    assert.equal(await ask(`${login("probe")}, query: SELECT name FROM hosts`), "passed");
  });

  it("passes without a login when the server wants one, with a whole handshake", async () => {
    assert.equal(await ask("type: mysql"), "passed");
    assert.doesNotMatch(program.output, /Got an error reading communication packets/);
  });

  it("says what the server says", async () => {
    assert.match(
      await ask(login("probe", wrongFile)),
      /^unexpected: 1045: Access denied for user 'probe'@'127\.0\.0\.1' \(using password: YES\)/,
    );
    assert.match(await ask(login("other")), /^unexpected: 1045: Access denied/);
    assert.match(
      await ask(`${login("probe")}, query: SELECT * FROM nothing`),
      /^unexpected: 1146: Table 'app\.nothing' doesn't exist/,
    );
    assert.equal(
      await ask(`${login("probe")}, query: SELECT * FROM hosts WHERE false`),
      "unexpected: the query gave no row",
    );
    assert.match(
      await ask(login("probe").replace("database: app", "database: none")),
      /^unexpected: 10(44|49): /,
    );
  });

  it("fails on an answer that does not end", async () => {
    const query = "query: 'SELECT repeat(''x'', 1000) FROM seq_1_to_100000'";
    assert.match(await ask(`${login("probe")}, ${query}`), /^too-long: /);
  });

  it("takes leave, so that the server's log shows no broken connection", async () => {
    assert.equal(await ask(`${login("probe")}, query: SELECT 1`), "passed");
    assert.doesNotMatch(program.output, /Aborted connection .*Got an error reading/);
  });

  sqlTrials({ type: "mysql", login: login("probe"), ask, program: () => program, password });
});

describe("mysql over TLS", () => {
  let certificates: Certificates;
  before(() => {
    certificates = makeCertificates(workshop);
  });
  certificateTrials(
    `${login("probe")}, query: SELECT 1`,
    () => certificates,
    (kind) => {
      const { key, certificate } = certificates.of[kind];
      return startMariadb("--skip-name-resolve", `--ssl-key=${key}`, `--ssl-cert=${certificate}`);
    },
  );
});
