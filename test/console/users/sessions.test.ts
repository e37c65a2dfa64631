import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { Sessions } from "../../../src/console/users/sessions.ts";
import type { User } from "../../../src/console/users/user.ts";

const minute = 60_000;
const ada: User = {
  name: "ada",
  role: "operator",
  virtualServers: null,
  password: "hash 1",
  changed: "2026-01-01T00:00:00Z",
};

describe("a session", () => {
  let now = 0;
  let users = new Map<string, User>();
  let sessions = new Sessions(() => now);
  const find = (id: string | undefined, touch = true) =>
    sessions.find(id, (name) => users.get(name) ?? null, touch);
  beforeEach(() => {
    now = 1000;
    users = new Map([[ada.name, ada]]);
    sessions = new Sessions(() => now);
  });

  it("is found by what the browser keeps, and by nothing else", () => {
    const id = sessions.begin(ada);
    assert.equal(find(id)?.user, ada);
    assert.equal(find(`${id}x`), null);
    assert.equal(find(undefined), null);
    assert.equal(find("x".repeat(101)), null);
  });

  it("has an id and a token for forms of its own", () => {
    const ids = [sessions.begin(ada), sessions.begin(ada)];
    const tokens = ids.map((id) => find(id)?.session.formToken);
    assert.equal(new Set([...ids, ...tokens]).size, 4);
  });

  it("is over after half an hour without a request of a person", () => {
    const id = sessions.begin(ada);
    now += 30 * minute;
    assert.ok(find(id) !== null, "used in time");
    now += 30 * minute;
    assert.ok(find(id, false) !== null, "a live part looked");
    now += 1;
    assert.equal(find(id), null);
    assert.equal(sessions.count, 0);
  });

  it("is over after twelve hours, however often it was used", () => {
    const id = sessions.begin(ada);
    for (let used = 0; used < 36; used += 1) {
      now += 20 * minute;
      assert.ok(find(id) !== null, `${used}`);
    }
    now += 1;
    assert.equal(find(id), null);
  });

  it("is over with the password that began it, and with its user", () => {
    const one = sessions.begin(ada);
    const two = sessions.begin(ada);
    users.set(ada.name, { ...ada, password: "hash 2" });
    assert.equal(find(one), null);
    users.set(ada.name, ada);
    assert.equal(find(one), null, "and stays over");
    users.clear();
    assert.equal(find(two), null);
  });

  it("ends when asked to, and no other does", () => {
    const one = sessions.begin(ada);
    const two = sessions.begin(ada);
    sessions.end(one);
    sessions.end(undefined);
    assert.equal(find(one), null);
    assert.ok(find(two) !== null);
  });

  it("that was idle for longest makes room beyond 500", () => {
    const ids = Array.from({ length: 500 }, () => {
      now += 1;
      return sessions.begin(ada);
    });
    now += 1;
    assert.ok(find(ids[0]) !== null, "the first was just used");
    const one = sessions.begin(ada);
    assert.equal(sessions.count, 500);
    assert.ok(find(one) !== null);
    assert.ok(find(ids[0]) !== null);
    assert.equal(find(ids[1]), null);
  });
});
