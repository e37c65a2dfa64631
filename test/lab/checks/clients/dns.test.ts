import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { tryBundled } from "../bundled.ts";
import { freePort, ServerProgram, Workshop } from "../server-program.ts";
import { trials, tryAt } from "../trials.ts";

const zone = `$ORIGIN example.org.
$TTL 60
@ SOA ns1 hostmaster 7 3600 600 86400 60
@ NS ns1
@ MX 10 mail
@ TXT "v=spf1 -all"
@ CAA 0 issue "ca.example"
ns1 A 192.0.2.53
mail A 192.0.2.25
www A 192.0.2.80
www A 192.0.2.81
www AAAA 2001:db8::80
alias CNAME www
_sip._udp SRV 1 2 5060 mail
big TXT ${Array.from({ length: 8 }, (_, index) => `"${String(index).repeat(200)}"`).join(" ")}
`;

const workshop = new Workshop();
after(() => workshop.remove());

async function startKnot(): Promise<ServerProgram> {
  const port = await freePort();
  workshop.file("example.org.zone", zone);
  const file = workshop.file(
    `knot-${port}.conf`,
    `server:
    listen: 127.0.0.1@${port}
    rundir: ${workshop.folder(`run-${port}`)}
database:
    storage: ${workshop.folder(`db-${port}`)}
zone:
  - domain: example.org
    file: ${workshop.path}/example.org.zone
`,
  );
  return ServerProgram.start({ command: "knotd", args: ["-c", file], port, workshop });
}

describe("dns against knotd", () => {
  let program: ServerProgram;
  before(async () => {
    program = await startKnot();
  });
  after(() => program.stop());

  const records: readonly [string, string, string][] = [
    ["www.example.org", "A", "192.0.2.81"],
    ["www.example.org", "AAAA", "2001:db8::80"],
    ["alias.example.org", "A", "192.0.2.80"],
    ["alias.example.org", "CNAME", "WWW.example.org."],
    ["example.org", "NS", "ns1.example.org"],
    ["example.org", "MX", "10 mail.example.org"],
    ["example.org", "MX", "mail.example.org"],
    ["example.org", "TXT", "v=spf1 -all"],
    ["example.org", "CAA", "ca.example"],
    ["_sip._udp.example.org", "SRV", "1 2 5060 mail.example.org"],
    ["example.org", "SOA", "7"],
  ];
  for (const protocol of ["udp", "tcp"] as const)
    for (const [name, record, expect] of records)
      it(`finds ${expect} over ${protocol}`, async () => {
        const ask = `type: dns, protocol: ${protocol}, name: ${name}, record: ${record}`;
        assert.equal(await tryAt(`${ask}, expect: "${expect}"`, program.endpoint), "passed");
        assert.match(
          await tryAt(`${ask}, expect: "198.51.100.1"`, program.endpoint),
          /^unexpected: .+: 198\.51\.100\.1 expected, got /,
        );
      });

  const ask = (rest: string): Promise<string> =>
    tryAt(`type: dns, protocol: udp, ${rest}`, program.endpoint);

  it("matches a pattern in the data of all records", async () => {
    const www = "name: www.example.org, record: A, regex: true";
    assert.equal(await ask(`${www}, expect: '^192\\.0\\.2\\.8'`), "passed");
    assert.match(await ask(`${www}, expect: '^198'`), /^unexpected: .+got 192\.0\.2\.8/);
  });

  it("says which code the server gives", async () => {
    assert.equal(
      await ask("name: nothing.example.org, record: A"),
      "unexpected: NXDOMAIN for nothing.example.org A",
    );
    assert.equal(
      await ask("name: www.example.com, record: A"),
      "unexpected: REFUSED for www.example.com A",
    );
  });

  it("says that an answer was cut for UDP, and finds all of it over TCP", async () => {
    const big = "name: big.example.org, record: TXT, regex: true, expect: '7777'";
    assert.match(await ask(big), /^unexpected: .+ cut for UDP: use protocol: tcp$/);
    assert.equal(await tryAt(`type: dns, protocol: tcp, ${big}`, program.endpoint), "passed");
  });

  it("works as it gets installed", async () => {
    const check = "type: dns, protocol: tcp, name: example.org, expect: ns1.example.org";
    assert.deepEqual(await tryBundled("dns", check, program.endpoint), { kind: "passed" });
  });

  it("passes without an expectation when there is no record of the type", async () => {
    assert.equal(await ask("name: www.example.org, record: MX"), "passed");
  });
});

const www = "type: dns, name: www.example.org, record: A, expect: 192.0.2.80";
for (const [protocol, garbage] of [
  ["udp", /^unreadable: 16 datagrams, none of them the answer/],
  ["tcp", /^unreadable: no DNS answer to this question/],
] as const)
  describe(`dns over ${protocol} against knotd`, () => {
    let program: ServerProgram;
    before(async () => {
      program = await startKnot();
    });
    after(() => program.stop());
    trials({ check: www, protocol, program: () => program, secrets: [], garbage });
  });
