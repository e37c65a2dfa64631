import assert from "node:assert/strict";
import { test } from "node:test";
import { groupsHere, usersHere } from "../../../src/system/file/accounts.ts";

test("this machine has a root, as a user and as a group", () => {
  for (const here of [usersHere(), groupsHere()])
    assert.equal(here.find(({ name }) => name === "root")?.id, 0);
});
