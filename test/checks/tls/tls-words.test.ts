import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brokenStream, opensslWords, refusedHandshake } from "../../../src/checks/tls/tls-words.ts";

const error = (message: string, code = ""): Error => Object.assign(new Error(message), { code });

describe("words of OpenSSL", () => {
  const alert = (name: string, number: number): string =>
    `C0FE0A6E4C7F0000:error:0A000410:SSL routines:ssl3_read_bytes:${name}:` +
    `../deps/openssl/ssl/record/rec_layer_s3.c:916:SSL alert number ${number}\n`;
  it("lose thread numbers and places in its source", () => {
    assert.equal(
      opensslWords(alert("ssl/tls alert handshake failure", 40)),
      "the real server says handshake failure",
    );
    assert.equal(
      opensslWords(alert("tlsv1 alert no application protocol", 120)),
      "the real server says no application protocol",
    );
    assert.equal(opensslWords("read ECONNRESET"), null);
  });

  it("name a client certificate that is asked for after the handshake", () => {
    const broken = brokenStream(error(alert("tlsv13 alert certificate required", 116)));
    const why = "the real server asks for a client certificate";
    assert.deepEqual([broken.reason, broken.why], ["tls", why]);
  });
});

describe("a refused handshake", () => {
  it("is the right time, where a certificate is of the future", () => {
    const early = refusedHandshake(error("certificate is not yet valid", "CERT_NOT_YET_VALID"));
    assert.equal(early.reason, "local");
    assert.match(early.why, /clock right \(\d{4}-/);
    const late = refusedHandshake(error("certificate has expired", "CERT_HAS_EXPIRED"));
    assert.deepEqual([late.reason, late.why], ["tls", "the certificate has expired"]);
  });
});
