import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpDialogue } from "../../../src/check/web/http-dialogue.ts";
import { httpCheck } from "../../checks/servers.ts";
import { address } from "../../table/tables.ts";

type Question = Parameters<typeof httpDialogue>[0];

const begin = (changes: Partial<Question>, to = "10.0.0.1", port = 80, standard = 80) =>
  httpDialogue({ ...httpCheck(), ...changes }, "secret", { address: address(to), port }, standard);

/** The request, a line each. */
function asked(...given: Parameters<typeof begin>): readonly string[] {
  const turn = begin(...given).open();
  assert.ok(turn.kind === "say" && turn.answered);
  return Buffer.from(turn.bytes).toString("latin1").split("\r\n");
}

const standard = ["connection: close", "user-agent: lvsd"];
const requests: readonly (readonly [string, Parameters<typeof begin>, readonly string[]])[] = [
  ["leaves out the standard port", [{}], ["GET / HTTP/1.1", "host: 10.0.0.1", ...standard, "", ""]],
  [
    "says another port, and brackets of IPv6",
    [{ method: "HEAD" }, "2001:db8::1", 8080],
    ["HEAD / HTTP/1.1", "host: [2001:db8::1]:8080", ...standard, "", ""],
  ],
  [
    "leaves out 443 of https alone",
    [{}, "2001:db8::1", 443, 443],
    ["GET / HTTP/1.1", "host: [2001:db8::1]", ...standard, "", ""],
  ],
  [
    "says the length of a body in bytes",
    [{ method: "POST", body: "{é}", headers: { "Content-Type": "text/plain" } }],
    [
      "POST / HTTP/1.1",
      "host: 10.0.0.1",
      ...standard,
      "content-type: text/plain",
      "content-length: 4",
      "",
      "{Ã©}",
    ],
  ],
  [
    "says that a POST has no body",
    [{ method: "POST" }],
    ["POST / HTTP/1.1", "host: 10.0.0.1", ...standard, "content-length: 0", "", ""],
  ],
  [
    "logs in, in UTF-8",
    [{ user: "höh" }],
    [
      "GET / HTTP/1.1",
      "host: 10.0.0.1",
      ...standard,
      `authorization: Basic ${Buffer.from("höh:secret").toString("base64")}`,
      "",
      "",
    ],
  ],
];

describe("a request over HTTP", () => {
  for (const [name, given, lines] of requests)
    it(name, () => assert.deepEqual(asked(...given), lines));
});

describe("the judging of an answer", () => {
  const hear = (changes: Partial<Question>, ...pieces: readonly string[]) => {
    const dialogue = begin(changes);
    dialogue.open();
    return pieces.map((piece) => dialogue.hear(Buffer.from(piece))).at(-1);
  };
  const page = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

  it("does not wait for the body of a status that fails", () => {
    const turn = hear({}, "HTTP/1.1 503 No\r\nContent-Length: 9\r\n\r\n");
    const why = "status 503, expected 200-299";
    assert.deepEqual(turn, { kind: "failed", reason: "unexpected", why });
  });

  it("waits for the whole of one that passes, cut anywhere", () => {
    assert.deepEqual(hear({}, page.slice(0, -1)), { kind: "more" });
    assert.deepEqual(hear({}, ...page), { kind: "passed" });
  });

  it("compares the digest of the body, and hands on what others compare", () => {
    const md5 = "5d41402abc4b2a76b9719d911017c592";
    assert.deepEqual(hear({ digest: md5 }, page), { kind: "passed" });
    assert.equal(hear({ digest: md5.replace("5", "6") }, page)?.kind, "failed");
    const content = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert.deepEqual(hear({ content: "agree" }, page), { kind: "passed", content });
  });
});
