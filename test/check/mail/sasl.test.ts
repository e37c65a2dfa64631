import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { base64, loginSecrets, plainLogin } from "../../../src/check/mail/sasl.ts";

describe("a login of SASL", () => {
  it("is PLAIN as RFC 4616 has it, without an authorisation identity", () => {
    assert.equal(
      Buffer.from(plainLogin("tim", "tanstaaf"), "base64").toString(),
      "\0tim\0tanstaaf",
    );
  });

  it("is of UTF-8", () => {
    assert.equal(base64("ü"), "w7w=");
    assert.equal(Buffer.from(plainLogin("ü", "日"), "base64").toString(), "\0ü\0日");
  });

  it("hides the password in each form in which it is sent", () => {
    assert.deepEqual(loginSecrets("tim", "pass"), [plainLogin("tim", "pass"), "cGFzcw==", "pass"]);
    assert.deepEqual(loginSecrets(null, null), []);
  });

  it("hides no empty text, which would stand everywhere", () => {
    assert.ok(!loginSecrets("tim", "").includes(""));
  });
});
