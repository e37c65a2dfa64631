import assert from "node:assert/strict";
import { it } from "node:test";
import { readAccounts } from "../../src/model/account.ts";

it("users and groups are read line by line, and what is none is passed over", () => {
  const users =
    "root:x:0:0:root:/root:/bin/sh\n+nis\nlvsd:x:998:997::/:/usr/sbin/nologin\n:x:1:1\n";
  assert.deepEqual(
    readAccounts(users, "users").map(({ name, id, group }) => [name, id, group]),
    [
      ["root", 0, 0],
      ["lvsd", 998, 997],
    ],
  );
  const groups = "lvsd-operators:x:996:anna,ben\nlvsd:x:997:\nbroken:x:a:b\n";
  assert.deepEqual(
    readAccounts(groups, "groups").map(({ name, id, members }) => [name, id, members]),
    [
      ["lvsd-operators", 996, ["anna", "ben"]],
      ["lvsd", 997, []],
    ],
  );
});
