import assert from "node:assert/strict";
import { test } from "node:test";
import {
  hashPassword,
  isPasswordHash,
  passwordFault,
  verifyPassword,
} from "../../../src/console/users/password.ts";

/** The least that scrypt takes: what is hashed costs nothing here. */
const cheap = { logN: 1, blockSize: 8, parallel: 1 };

test("a password is found again by its hash, and no other one; two hashes of it differ", async () => {
  const [one, two] = await Promise.all([
    hashPassword("geheim!!", cheap),
    hashPassword("geheim!!", cheap),
  ]);
  assert.notEqual(one, two);
  assert.ok(isPasswordHash(one) && !one.includes("geheim"));
  assert.equal(await verifyPassword("geheim!!", one), true);
  assert.equal(await verifyPassword("geheim!", one), false);
  assert.equal(
    await verifyPassword(
      "geheim!!",
      two.replace(/.$/, (last) => (last === "A" ? "E" : "A")),
    ),
    false,
  );
});

test("the same characters from another keyboard are the same password (NFKC)", async () => {
  const hash = await hashPassword("pa\u0308sse 1234", cheap);
  assert.equal(await verifyPassword("p\u00e4sse 1234", hash), true);
});

test("a hash of no form, or one that would cost gigabytes, is no one's", async () => {
  const hash = await hashPassword("geheim!!", cheap);
  for (const other of [
    "",
    "plain",
    hash.replace("scrypt:1:", "scrypt:21:"),
    hash.replace(":8:1:", ":9:1:"),
    `${hash}x`,
  ]) {
    assert.equal(isPasswordHash(other), false, other);
    assert.equal(await verifyPassword("geheim!!", other), false, other);
  }
});

test("a password has 8 to 256 characters, whatever bytes they take", () => {
  assert.deepEqual(["1234567", "12345678", "ä".repeat(256), "ä".repeat(257)].map(passwordFault), [
    "short",
    null,
    null,
    "long",
  ]);
});
