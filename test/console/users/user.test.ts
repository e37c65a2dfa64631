import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mayDo, mayOpen, type User, userName } from "../../../src/console/users/user.ts";

const user = (role: User["role"], virtualServers: User["virtualServers"] = null): User => ({
  name: "ada",
  role,
  virtualServers,
  password: "x",
  changed: "2026-01-01T00:00:00Z",
});

describe("what a user may do", () => {
  const all = user("operator");
  const some = user("operator", ["web", "mail"]);
  const reader = user("read-only");

  it("is everything for an operator, and reading for a reader", () => {
    for (const access of ["read", "operate", "configure"] as const) {
      assert.equal(mayDo(all, access), true, access);
      assert.equal(mayDo(reader, access), access === "read", access);
      assert.equal(mayOpen(all, access), true, access);
      assert.equal(mayOpen(reader, access), access === "read", access);
    }
  });

  it("is operating the listed virtual servers for an operator with a list, and no configuring", () => {
    assert.equal(mayDo(some, "read"), true);
    assert.equal(mayDo(some, "operate", "mail"), true);
    assert.equal(mayDo(some, "operate", "ftp"), false);
    assert.equal(mayDo(some, "operate"), false, "the router as a whole");
    assert.equal(mayDo(some, "configure", "web"), false);
    assert.equal(mayOpen(some, "operate"), true);
    assert.equal(mayOpen(some, "configure"), false);
  });

  it("is nothing but reading where the list is empty", () => {
    assert.equal(mayDo(user("operator", []), "operate", "web"), false);
  });

  it("is nothing but reading for a reader with a list", () => {
    assert.equal(mayDo(user("read-only", ["web"]), "operate", "web"), false);
  });
});

describe("the name of a user", () => {
  it("is of letters, digits and marks within, 32 at most", () => {
    for (const name of ["a", "ada", "Ada-2", "a.b_c", "a".repeat(32)]) assert.match(name, userName);
    for (const name of ["", "-a", "a.", "a b", "a\n", "ä", "a".repeat(33)])
      assert.doesNotMatch(name, userName);
  });
});
