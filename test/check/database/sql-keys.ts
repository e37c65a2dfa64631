/** The keys that checks of SQL servers have in common, as tests of each type. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { plainTls, refusal, settled } from "../settled.ts";

export function testSqlKeys(type: "mysql" | "pgsql"): void {
  it("may all be left out: then the server has to refuse the login", () => {
    assert.deepEqual(settled(`type: ${type}`), {
      type,
      address: null,
      port: null,
      user: null,
      passwordFile: null,
      database: null,
      query: null,
      tls: null,
    });
  });

  it("are a login, a database, a query and TLS", () => {
    const login = "user: probe, password_file: /run/p, database: app, query: SELECT 1";
    assert.deepEqual(settled(`type: ${type}, port: 3307, ${login}, tls: true`), {
      type,
      address: null,
      port: 3307,
      user: "probe",
      passwordFile: "/run/p",
      database: "app",
      query: "SELECT 1",
      tls: plainTls,
    });
  });

  const refusals: readonly [keys: string, why: RegExp][] = [
    ["query: SELECT 1", /there is no login/],
    ["database: app", /there is no login/],
    ["user: probe", /there is no `password_file`/],
    ["password_file: p", /there is no `user`/],
    ["tls: { key: k.pem }", /`key` without `certificate`/],
  ];
  for (const [keys, why] of refusals)
    it(`are refused with ${keys}`, () => assert.match(refusal(`type: ${type}, ${keys}`), why));
}
