import assert from "node:assert/strict";
import { test } from "node:test";
import { plainTls, refusal, settled } from "../settled.ts";

const bind = { address: null, port: null, user: null, passwordFile: null };
const search = { base: null, scope: "base", filter: "(objectClass=*)", expect: null, regex: false };

test("ldap binds anonymously and in the clear, unless it says otherwise", () => {
  assert.deepEqual(settled("type: ldap"), {
    type: "ldap",
    ...bind,
    ...search,
    tls: null,
    upgrade: true,
  });
  assert.deepEqual(settled("type: ldap, starttls: true"), {
    type: "ldap",
    ...bind,
    ...search,
    tls: plainTls,
    upgrade: true,
  });
});

test("ldaps speaks TLS from the first byte", () => {
  assert.deepEqual(settled("type: ldaps"), {
    type: "ldaps",
    ...bind,
    ...search,
    tls: plainTls,
    upgrade: false,
  });
});

test("a search has a base, which may be the empty text", () => {
  const given = 'base: "", scope: sub, filter: (cn=x), expect: "^dn", regex: true';
  assert.deepEqual(settled(`type: ldap, user: cn=probe, password_file: p, ${given}`), {
    type: "ldap",
    ...bind,
    user: "cn=probe",
    passwordFile: "/etc/lvsd/p",
    base: "",
    scope: "sub",
    filter: "(cn=x)",
    expect: "^dn",
    regex: true,
    tls: null,
    upgrade: true,
  });
});

const refusals: readonly [check: string, why: RegExp][] = [
  ["type: ldap, filter: (cn=x)", /there is no search/],
  ["type: ldap, scope: sub", /there is no search/],
  ["type: ldap, expect: x", /there is no search/],
  ["type: ldap, scope: tree", /scope/],
  ["type: ldap, user: cn=probe", /there is no `password_file`/],
  ["type: ldap, base: x, regex: true", /there is no `expect`/],
  ["type: ldap, tls: { verify: false }", /TLS is not begun here/],
  ["type: ldap, starttls: true, tls: false", /`starttls` begins TLS/],
  ["type: ldaps, tls: false", /ldaps without TLS/],
];
for (const [check, why] of refusals)
  test(`${check} is refused`, () => assert.match(refusal(check), why));
