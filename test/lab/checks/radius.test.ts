import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Endpoint } from "../../../src/checks/target.ts";
import { freePort, ServerProgram, Workshop } from "./server-program.ts";
import { trials, tryAt } from "./trials.ts";

const secret = "sehr-geheim-23";
const password = "a password that is longer than 16 bytes";
const workshop = new Workshop();
after(() => workshop.remove());
const secretFile = workshop.file("secret", `${secret}\n`);
const passwordFile = workshop.file("password", `${password}\n`);
const status = `type: radius, secret_file: ${secretFile}`;
const login = `${status}, user: probe, password_file: ${passwordFile}`;
const answers = async (endpoint: Endpoint): Promise<boolean> =>
  (await tryAt(`${status}, timeout: 200ms`, endpoint, "udp")) === "passed";

async function startRadius(): Promise<ServerProgram> {
  const port = await freePort();
  const { path } = workshop;
  workshop.file(
    "users",
    `probe Cleartext-Password := "${password}"
expired Auth-Type := Reject
    Reply-Message := "account closed, ${password}"
`,
  );
  workshop.file(
    "radiusd.conf",
    `prefix = /usr
logdir = ${path}
run_dir = ${path}
libdir = /usr/lib/freeradius
log { destination = stdout }
max_request_time = 5
thread pool {
  start_servers = 1
  max_servers = 4
  min_spare_servers = 1
  max_spare_servers = 1
}
security {
  status_server = yes
  reject_delay = 0
}
client loopback {
  ipaddr = 127.0.0.1
  secret = ${secret}
  require_message_authenticator = yes
}
modules {
  files {
    usersfile = ${path}/users
  }
  pap {
  }
  always reject {
    rcode = reject
  }
}
server checks {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    files
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
    Auth-Type Reject {
      reject
    }
  }
}
`,
  );
  return ServerProgram.start({
    command: "freeradius",
    args: ["-f", "-l", "stdout", "-d", path, "-D", "/usr/share/freeradius"],
    port,
    workshop,
    ready: answers,
  });
}

describe("radius against freeradius", () => {
  let program: ServerProgram;
  before(async () => {
    program = await startRadius();
  });
  after(() => program.stop());
  const ask = (check: string): Promise<string> => tryAt(check, program.endpoint, "udp");

  it("asks by Status-Server without a login", async () => {
    assert.equal(await ask(status), "passed");
  });

  it("says that a wrong password is rejected, and shows neither it nor the secret", async () => {
    const wrong = workshop.file("wrong", "falsch\n");
    const said = await ask(`${status}, user: probe, password_file: ${wrong}`);
    assert.match(said, /^unexpected: Access-Reject for "probe"/);
    assert.ok(!said.includes("falsch"));
    assert.match(
      await ask(`${status}, user: nobody, password_file: ${wrong}`),
      /^unexpected: Access-Reject for "nobody"/,
    );
  });

  it("shows what the server says, without the password that it repeats", async () => {
    const said = await ask(`${status}, user: expired, password_file: ${passwordFile}`);
    assert.equal(said, 'unexpected: Access-Reject for "expired": "account closed, ***"');
  });

  it("says that silence may be a wrong secret", async () => {
    const wrong = workshop.file("wrong-secret", "falsch\n");
    const check = login.replace(secretFile, wrong);
    assert.match(
      await ask(`${check}, timeout: 500ms`),
      /^timeout: no answer \(a server is silent to unknown clients and wrong secrets\) within 500ms$/,
    );
  });

  it("says that the file of the secret is missing here", async () => {
    const check = login.replace(secretFile, "/nowhere/secret");
    assert.equal(await ask(check), "local: secret_file /nowhere/secret: ENOENT");
  });

  trials({
    check: login,
    protocol: "udp",
    program: () => program,
    secrets: [secret, password],
    garbage: /^unreadable: 16 datagrams, none of them an answer that the secret signed/,
  });
});
