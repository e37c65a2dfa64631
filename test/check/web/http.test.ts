/** Headers of http checks that the client sets itself, or that stand there twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, readText, refused } from "../../config/texts.ts";

const textOf = (check: string): string => `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  web:
    address: 192.0.2.2
    port: 80
    device: eth0
    check: ${check}
    real_servers: { rs1: { address: 192.0.2.3 } }
`;

const cases: readonly (readonly [name: string, sound: string, faulty: string, said: RegExp])[] = [
  [
    "a header that the HTTP client does not send",
    "{ type: http, headers: { Accept: a } }",
    "{ type: http, headers: { Expect: 100-continue } }",
    /headers: `Expect` is the HTTP client's own/,
  ],
  [
    "a header that decides how the request is framed",
    "{ type: http, headers: { Accept: a } }",
    "{ type: http, headers: { content-length: 5 } }",
    /headers: `content-length` is the HTTP client's own/,
  ],
  [
    "a Host header beside `host`",
    "{ type: http, headers: { Host: a } }",
    "{ type: http, host: b, headers: { HOST: a } }",
    /`Host` is given by `host` too/,
  ],
  [
    "a header of which one would be dropped",
    "{ type: http, headers: { X-A: 1 } }",
    "{ type: http, headers: { X-A: 1, x-a: 2 } }",
    /`x-a` is there twice/,
  ],
];

for (const [name, sound, faulty, said] of cases)
  test(`refused: ${name}`, () => {
    accepted(readText(textOf(sound)));
    const [problem, ...others] = refused(readText(textOf(faulty)));
    assert.deepEqual(others, []);
    assert.match(problem?.message ?? "", said);
    assert.equal(problem?.line, 7);
  });
