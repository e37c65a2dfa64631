import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { User } from "../../../src/console/users/user.ts";
import { UsersFile } from "../../../src/console/users/users-file.ts";
import { MachineError } from "../../../src/model/error.ts";
import { placeFor } from "../../system/place.ts";

const hash = `scrypt:1:8:1:${"s".repeat(22)}:${"h".repeat(43)}`;
const user = (name: string, changes: Partial<User> = {}): User => ({
  name,
  role: "operator",
  virtualServers: null,
  password: hash,
  changed: "2026-01-01T00:00:00.000Z",
  ...changes,
});

test("users are found by their names, by another process too, and sorted in the file", (t) => {
  const place = placeFor(t);
  const here = new UsersFile(place);
  const there = new UsersFile(place);
  assert.deepEqual(here.all(), []);
  here.put(user("zoe"));
  here.put(user("anna"));
  assert.deepEqual(
    there.all().map(({ name }) => name),
    ["anna", "zoe"],
  );
  assert.equal(there.find("zoe")?.role, "operator");
  assert.equal(there.find("bob"), null);
  assert.equal(statSync(here.path).mode & 0o777, 0o640);
});

test("a user is replaced by one of the same name, and removed once", (t) => {
  const file = new UsersFile(placeFor(t));
  file.put(user("anna"));
  file.put(user("anna", { role: "read-only" }));
  assert.deepEqual(
    file.all().map(({ role }) => role),
    ["read-only"],
  );
  assert.deepEqual([file.remove("anna"), file.remove("anna")], [true, false]);
  assert.deepEqual(file.all(), []);
});

test("a damaged file, a missing directory and too many users are named with the way out", (t) => {
  const file = new UsersFile(placeFor(t));
  writeFileSync(file.path, '{"users":[{"name":"x"}]}');
  assert.throws(() => file.all(), /is damaged; remove it and give the passwords anew/);
  assert.throws(() => new UsersFile("/nowhere/lvsd").put(user("a")), MachineError);
  const full = new UsersFile(placeFor(t));
  full.put(user("u"));
  const { users } = JSON.parse(readFileSync(full.path, "utf8"));
  const many = Array.from({ length: 200 }, (_, at) => ({ ...users[0], name: `u${at}` }));
  writeFileSync(full.path, JSON.stringify({ users: many }));
  assert.equal(full.all().length, 200);
  assert.throws(() => full.put(user("one-more")), /more than 200 users/);
});
