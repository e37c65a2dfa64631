import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hidePassword } from "../../../src/check/network/radius-packet.ts";

describe("a packet of RADIUS", () => {
  it("hides a password as RFC 2865, section 7.1, has it", () => {
    const authenticator = Buffer.from("0f403f9473978057bd83d5cb98f4227a", "hex");
    const hidden = hidePassword(Buffer.from("arctangent"), "xyzzy5461", authenticator);
    assert.equal(hidden.toString("hex"), "0dbe708d93d413ce3196e43f782a0aee");
  });
});
