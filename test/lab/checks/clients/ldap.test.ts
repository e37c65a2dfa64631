import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { tryBundled } from "../bundled.ts";
import { type Certificate, type Certificates, makeCertificates } from "../certificates.ts";
import { freePort, ServerProgram, Workshop } from "../server-program.ts";
import { certificateTrials, trials, tryAt } from "../trials.ts";

const password = "geheim-51";
const base = "dc=example,dc=org";
const workshop = new Workshop();
after(() => workshop.remove());
const passwordFile = workshop.file("password", `${password}\n`);
const wrongFile = workshop.file("wrong", "falsch-52\n");
const bound = `user: "cn=probe,${base}", password_file: ${passwordFile}`;
let certificates: Certificates;

const entries = `dn: ${base}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: cn=probe,${base}
objectClass: person
cn: probe
sn: Probe
userPassword: ${password}

dn: cn=second,${base}
objectClass: person
cn: second
sn: Zweite
description: ready
`;

function configuration(data: string, { key, certificate }: Certificate, more: string): string {
  return workshop.file(
    `slapd-${data.split("/").at(-1)}.conf`,
    `include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${data}/slapd.pid
TLSCACertificateFile ${certificates.ca}
TLSCertificateFile ${certificate}
TLSCertificateKeyFile ${key}
${more}
database mdb
suffix ${base}
directory ${data}
access to attrs=userPassword by anonymous auth by * none
access to * by users read by anonymous read
`,
  );
}

let started = 0;
async function startSlapd(
  scheme: "ldap" | "ldaps",
  certificate: Certificate,
  more = "",
): Promise<ServerProgram> {
  started += 1;
  const data = workshop.folder(`data-${started}`);
  const file = configuration(data, certificate, more);
  workshop.run("slapadd", ["-f", file], entries);
  const port = await freePort();
  const args = ["-f", file, "-h", `${scheme}://127.0.0.1:${port}`, "-d", "0"];
  return ServerProgram.start({ command: "slapd", args, port, workshop });
}

before(() => {
  certificates = makeCertificates(workshop);
});

describe("ldap against slapd", () => {
  let program: ServerProgram;
  before(async () => {
    program = await startSlapd("ldap", certificates.of.sound);
  });
  after(() => program.stop());
  const ask = (check: string): Promise<string> =>
    tryAt(`type: ldap, ${check}, timeout: 5s`, program.endpoint);

  it("binds anonymously and as a user", async () => {
    assert.equal(await ask("rise: 1"), "passed");
    assert.equal(await ask(bound), "passed");
  });

  it("says what the server says to a wrong password", async () => {
    const said = await ask(bound.replace(passwordFile, wrongFile));
    assert.match(said, /^unexpected: InvalidCredentials \(49\)/);
    assert.ok(!said.includes("falsch"));
  });

  it("searches, and looks at the entry that it finds", async () => {
    const tree = `base: "${base}", scope: sub`;
    assert.equal(await ask(`base: "${base}"`), "passed");
    assert.equal(await ask(`base: "${base}", expect: "o: Example"`), "passed");
    assert.equal(await ask(`base: "${base}", expect: "dn: ${base}"`), "passed");
    assert.equal(
      await ask(`base: "${base}", expect: "o: Other"`),
      `unexpected: the entry ${base} is without the expected text`,
    );
    assert.equal(await ask(`${tree}, filter: "(&(cn=second)(sn=Z*))", expect: ready`), "passed");
    assert.equal(
      await ask(`${tree}, filter: "(cn=*)", regex: true, expect: '(?m)^sn: '`),
      "passed",
    );
    assert.equal(
      await ask(`${tree}, filter: "(cn=nobody)"`),
      `unexpected: no entry at ${base} fits (cn=nobody)`,
    );
    assert.match(await ask('base: "dc=elsewhere"'), /^unexpected: NoSuchObject \(32\)/);
    assert.equal(await ask('base: "", expect: "objectClass: OpenLDAProotDSE"'), "passed");
  });

  it("shows no password of an entry", async () => {
    const probe = `base: "cn=probe,${base}", expect: "${password}"`;
    assert.match(await ask(`${bound}, ${probe}`), /^unexpected: the entry cn=probe/);
  });

  it("says that a filter is none", async () => {
    assert.match(await ask(`base: "${base}", filter: "(cn=x"`), /^local: filter: /);
  });

  it("works as it gets installed", async () => {
    assert.deepEqual(
      await tryBundled("ldap", `type: ldap, ${bound}, base: "${base}"`, program.endpoint),
      { kind: "passed" },
    );
  });

  trials({
    check: `type: ldap, ${bound}, base: "${base}"`,
    protocol: "tcp",
    program: () => program,
    secrets: [password],
    garbage: /^(unreadable|too-long|closed): /,
  });
});

describe("ldap against a slapd that wants TLS", () => {
  it("says what the server says, and passes with TLS", async () => {
    const more = "security tls=1\ndisallow bind_anon";
    const program = await startSlapd("ldap", certificates.of.sound, more);
    try {
      const { endpoint } = program;
      assert.match(
        await tryAt(`type: ldap, ${bound}`, endpoint),
        /^unexpected: ConfidentialityRequired \(13\): /,
      );
      assert.equal(await tryAt(`type: ldap, ${bound}, starttls: true`, endpoint), "passed");
      assert.match(
        await tryAt("type: ldap, starttls: true", endpoint),
        /^unexpected: InappropriateAuth\w* \(48\)/,
      );
    } finally {
      await program.stop();
    }
  });
});

describe("ldaps against slapd", () => {
  certificateTrials(
    `type: ldaps, base: ""`,
    () => certificates,
    (kind) => startSlapd("ldaps", certificates.of[kind]),
  );
});

describe("ldap with starttls against slapd", () => {
  certificateTrials(
    `type: ldap, starttls: true, ${bound}`,
    () => certificates,
    (kind) => startSlapd("ldap", certificates.of[kind]),
  );
});
