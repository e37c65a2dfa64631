/** What ldirectord takes, and would be an unsound lvsd.yaml if it were written as it stands. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importFiles } from "../../../../src/config/import/import.ts";
import { importDefaults } from "../../../../src/config/import/imported.ts";
import { readConfig } from "../../../../src/config/read-config.ts";
import { printProblem } from "../../../../src/keys/problem.ts";
import { filesOf, mainPath } from "../../texts.ts";

const routers = {
  primary: { public: "192.0.2.1", private: null },
  backup: { public: "192.0.2.2", private: null },
};

/** The findings; fails where the result does not pass `lvsd check`. */
function said(text: string, ...problems: readonly RegExp[]): readonly string[] {
  const read = importFiles([{ name: "l.cf", text }], "ldirectord", {
    ...importDefaults,
    ...routers,
  });
  assert.ok("text" in read, JSON.stringify(read));
  const config = readConfig(mainPath, filesOf({ [mainPath]: read.text }));
  const wrong = "config" in config ? [] : config.problems.map(printProblem);
  assert.equal(wrong.length, problems.length, wrong.join("\n"));
  for (const [at, problem] of problems.entries()) assert.match(wrong[at] ?? "", problem);
  return read.findings.map(({ kind, subject, text: words }) => `${kind} ${subject}: ${words}`);
}

const block = (head: string, ...lines: readonly string[]): string =>
  `virtual=${head}\n${lines.map((line) => `    ${line}\n`).join("")}`;

const cases: readonly (readonly [name: string, text: string, said: RegExp])[] = [
  [
    "a port for a check that goes to none",
    block("5", "real=10.9.0.1:80 masq", "checktype=on", "checkport=80"),
    /^left-out checkport: /,
  ],
  [
    "a port for a program",
    block(
      "192.0.2.10:80",
      ...["real=10.9.0.1:80 masq", "checktype=external", "checkcommand=/bin/look", "checkport=81"],
    ),
    /^left-out checkport: /,
  ],
  [
    "two ports of a server that only NAT could tell apart",
    block("192.0.2.10:80", "real=10.9.0.1:80 gate", "real=10.9.0.1:81 gate", "checktype=connect"),
    /^suspicious real=10\.9\.0\.1:80: listed twice/,
  ],
  [
    "the same by a mark with persistence",
    block("5", "real=10.9.0.1:80 masq", "real=10.9.0.1:81 masq", "persistent=60", "service=http"),
    /listed twice/,
  ],
  [
    "a lower limit of connections without an upper one",
    block("192.0.2.10:80", "real=10.9.0.1:80 masq 1 l:10", "checktype=connect"),
    /^suspicious real=10\.9\.0\.1: l:10 without a greater u:/,
  ],
  [
    "a lower limit above the upper one",
    block("192.0.2.10:80", "real=10.9.0.1:80 masq 1 l:10 u:5", "checktype=connect"),
    /l:10 without a greater u:/,
  ],
  [
    "a question to a database without a login",
    block("192.0.2.10:3306", "real=10.9.0.1:3306 masq", "service=mysql", 'request="SELECT 1"'),
    /^left-out request: nothing is asked/,
  ],
  [
    "a password without a login",
    block("192.0.2.10:3306", "real=10.9.0.1:3306 masq", "service=mysql", 'passwd="secret"'),
    /^left-out passwd: /,
  ],
];

describe("what ldirectord takes comes out sound", () => {
  for (const [name, text, expected] of cases)
    test(name, () => {
      const all = said(text);
      assert.ok(
        all.some((line) => expected.test(line)),
        all.join("\n"),
      );
    });
});

test("two ports of a server are two real servers where NAT distinguishes them", () => {
  const text = block("5", "real=10.9.0.1:80 masq", "real=10.9.0.1:81 masq", "service=http");
  assert.ok(!said(text).some((line) => /listed twice/.test(line)));
});

test("a login without a password is named by lvsd check", () => {
  const text = block(
    "192.0.2.10:3306",
    "real=10.9.0.1:3306 masq",
    "service=mysql",
    'login="probe"',
  );
  said(text, /check\.user: there is no `password_file`/);
});
