import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tcpInTls, tcpThenTls } from "../../src/check/check-keys.ts";
import { ms } from "../../src/model/time.ts";
import { plainTls, refusal, settled } from "./settled.ts";

const tlsOf = (keys: string): unknown => (settled(`type: tcp, ${keys}`) as { tls: unknown }).tls;

describe("the key tls", () => {
  it("is a map, or true for its defaults, or false for none", () => {
    assert.equal(tlsOf("tls: false"), null);
    assert.deepEqual(tlsOf("tls: true"), plainTls);
    assert.deepEqual(tlsOf("tls: { minimum: '1.3', warn_before: 0 }"), {
      ...plainTls,
      minimum: "1.3",
      warnBefore: 0,
    });
  });

  it("verifies where it names authorities, unless it says otherwise", () => {
    assert.deepEqual(tlsOf("tls: { ca: ca.pem }"), {
      ...plainTls,
      ca: "/etc/lvsd/ca.pem",
      verify: true,
    });
    assert.deepEqual(tlsOf("tls: { ca: /etc/ca.pem, verify: false }"), {
      ...plainTls,
      ca: "/etc/ca.pem",
    });
  });

  it("shows a certificate, whose key may be in another file", () => {
    assert.deepEqual(tlsOf("tls: { certificate: c.pem, key: k.pem }"), {
      ...plainTls,
      certificate: "/etc/lvsd/c.pem",
      key: "/etc/lvsd/k.pem",
    });
    assert.match(refusal("type: tcp, tls: { key: k.pem }"), /`key` without `certificate`/);
  });

  it("is begun by starttls, or from the first byte", () => {
    const options = { ...plainTls, minimum: "1.2", warnBefore: ms(0) } as const;
    assert.deepEqual(tcpInTls({ tls: options }).tls, { options, upgrade: false, alpn: null });
    assert.deepEqual(tcpThenTls({ tls: options }).tls, { options, upgrade: true, alpn: null });
    assert.deepEqual([tcpInTls({ tls: null }).tls, tcpThenTls({ tls: null }).tls], [null, null]);
  });
});

describe("a login", () => {
  it("has a name and a password, or neither", () => {
    const login = (settled("type: pop3, user: u, password_file: p") ?? {}) as object;
    assert.deepEqual(
      Object.entries(login).filter(([key]) => ["user", "passwordFile"].includes(key)),
      [
        ["user", "u"],
        ["passwordFile", "/etc/lvsd/p"],
      ],
    );
    assert.match(refusal("type: pop3, user: u"), /there is no `password_file`/);
    assert.match(refusal("type: pop3, password_file: p"), /there is no `user`/);
  });
});

describe("an expected text", () => {
  const cases: readonly [keys: string, why: RegExp][] = [
    ["expect: ''", /an empty text is in every answer/],
    ["regex: true", /there is no `expect`/],
    ["expect: '(?=a)', regex: true", /expect: /],
  ];
  for (const [keys, why] of cases)
    it(`is refused with ${keys}`, () => assert.match(refusal(`type: http, ${keys}`), why));

  it("is a pattern only where it says so", () => {
    settled("type: http, expect: '('");
  });
});

describe("pairs of names and texts", () => {
  it("are at most 64, with names of their kind", () => {
    const headers = (count: number): string =>
      Array.from({ length: count }, (_, at) => `x-${at}: 1`).join(", ");
    settled(`type: http, headers: { ${headers(64)} }`);
    assert.match(refusal(`type: http, headers: { ${headers(65)} }`), /headers: 65 of them/);
    assert.match(refusal("type: http, headers: { 'a b': 1 }"), /"a b" is no header/);
    assert.match(refusal("type: http, headers: [a]"), /headers: /);
  });
});
