import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../src/config/read-config.ts";
import { printProblem } from "../../src/keys/problem.ts";
import { accepted, filesOf, mainPath, refused } from "./texts.ts";

const main = `routers: { primary: { public: 192.0.2.1 } }
include: [virtual/*.yaml, /srv/more.yaml]
defaults: { scheduler: rr }
virtual_servers:
  web: { address: 192.0.2.10, port: 80 }
`;
const mail = "virtual_servers:\n  mail: { address: 192.0.2.11, port: 25 }\n";
const dns = "virtual_servers:\n  dns: { address: 192.0.2.12, port: 53, protocol: udp }\n";
const more = "vips:\n  - { address: 192.0.2.13 }\n";

const whole: Readonly<Record<string, string>> = {
  [mainPath]: main,
  "/etc/lvsd/virtual/b-mail.yaml": mail,
  "/etc/lvsd/virtual/a-dns.yaml": dns,
  "/etc/lvsd/virtual/notes.txt": "not read",
  "/srv/more.yaml": more,
};

const read = (changed: Readonly<Record<string, string>> = {}) =>
  readConfig(mainPath, filesOf({ ...whole, ...changed }));

test("included files are added by name, under the main file's defaults", () => {
  const { virtualServers, vips } = accepted(read());
  const byPlace = virtualServers.toSorted((a, b) => a.position - b.position);
  assert.deepEqual(
    byPlace.map((server) => [server.name, server.scheduler]),
    [
      ["web", "rr"],
      ["dns", "rr"],
      ["mail", "rr"],
    ],
  );
  assert.equal(vips.at(-1)?.prefix.address, "192.0.2.13");
});

test("the files that were read are handed on, the main file first", () => {
  const result = read();
  assert.ok("files" in result);
  assert.deepEqual(
    result.files.map((file) => file.path),
    [mainPath, "/srv/more.yaml", "/etc/lvsd/virtual/a-dns.yaml", "/etc/lvsd/virtual/b-mail.yaml"],
  );
});

test("the hash changes with each file's text and name, and not with the main directory", () => {
  const { hash } = accepted(read());
  const changed = accepted(read({ "/srv/more.yaml": `${more}# other\n` })).hash;
  const renamed: Record<string, string> = { ...whole, "/etc/lvsd/virtual/c-dns.yaml": dns };
  delete renamed["/etc/lvsd/virtual/a-dns.yaml"];
  const elsewhere = Object.fromEntries(
    Object.entries(whole).map(([path, text]) => [path.replace("/etc/lvsd/", "/tmp/"), text]),
  );
  assert.notEqual(changed, hash);
  assert.notEqual(accepted(readConfig(mainPath, filesOf(renamed))).hash, hash);
  assert.equal(accepted(readConfig("/tmp/lvsd.yaml", filesOf(elsewhere))).hash, hash);
});

const refusals: readonly (readonly [
  name: string,
  changed: Readonly<Record<string, string>>,
  printed: string,
])[] = [
  [
    "a name that two files give",
    { "/etc/lvsd/virtual/b-mail.yaml": mail.replace("mail:", "web:") },
    "/etc/lvsd/virtual/b-mail.yaml:2:3: virtual_servers.web: this name is given a second time (it stands in /etc/lvsd/lvsd.yaml:5 already)",
  ],
  [
    "a key that only the main file has",
    { "/srv/more.yaml": `${more}serial: 2\n` },
    "/srv/more.yaml:3:1: serial: an included file holds vips and virtual_servers only (move it to /etc/lvsd/lvsd.yaml)",
  ],
  [
    "an unknown key in an included file",
    { "/srv/more.yaml": `${more}vip: []\n` },
    '/srv/more.yaml:3:1: unknown key "vip" (did you mean "vips"?)',
  ],
  [
    "YAML that is none in an included file",
    { "/srv/more.yaml": `${more}\tx: 1\n` },
    "/srv/more.yaml:3:1: a tab is used for indentation (indent with spaces)",
  ],
  [
    "a problem between two files",
    { "/srv/more.yaml": "vips: [{ address: 192.0.2.12/25 }, { address: 192.0.2.12/24 }]\n" },
    "/srv/more.yaml:1:47: vips[1].address: 192.0.2.12/24 is 192.0.2.12/25 in vips[0] (give one VIP one prefix length)",
  ],
  [
    "a file that is not there",
    { [mainPath]: main.replace("/srv/more.yaml", "/srv/less.yaml") },
    "/etc/lvsd/lvsd.yaml:2:10: include: /srv/less.yaml: there is no such file (mend the path, or remove it)",
  ],
  [
    "the file itself",
    { [mainPath]: main.replace("/srv/more.yaml", "./../lvsd/lvsd.yaml") },
    "/etc/lvsd/lvsd.yaml:2:10: include: this file itself (remove it)",
  ],
  [
    "a whole tree",
    { [mainPath]: main.replace("/srv/more.yaml", "/**") },
    '/etc/lvsd/lvsd.yaml:2:10: include: "/**" walks through whole trees (name the directory)',
  ],
  [
    "all files together beyond the bound",
    { "/srv/more.yaml": `# ${"x".repeat(4 * 1024 * 1024 - 100)}\n` },
    "/srv/more.yaml: the configuration is larger than 4194304 bytes (it is not read any further; 10,000 real servers take a quarter of that)",
  ],
];

for (const [name, changed, printed] of refusals) {
  test(`include refused: ${name}`, () => {
    accepted(read());
    assert.deepEqual(refused(read(changed)).map(printProblem), [printed]);
  });
}

test("a pattern that matches nothing and an empty file include nothing", () => {
  const alone = { [mainPath]: main.replace(", /srv/more.yaml", "") };
  accepted(readConfig(mainPath, filesOf(alone)));
  accepted(read({ "/srv/more.yaml": "# nothing yet\n" }));
});

test("a main file that is not there is a problem without a line", () => {
  const [problem] = refused(readConfig("/etc/lvsd/none.yaml", filesOf(whole)));
  assert.ok(problem !== undefined);
  assert.equal(
    printProblem(problem),
    "/etc/lvsd/none.yaml: there is no such file (lvsd init writes one)",
  );
});
