import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { Attempts } from "../../../src/console/users/attempts.ts";
import { Sessions } from "../../../src/console/users/sessions.ts";
import type { User } from "../../../src/console/users/user.ts";
import { type ConsoleApp, consoleApp } from "../../../src/console/web/app.ts";
import type { ConsoleParts } from "../../../src/console/web/parts.ts";
import { sampleStatus } from "../../control/sample.ts";

const userNamed = (name: string): User => ({
  name,
  role: "read-only",
  virtualServers: null,
  password: "scrypt:4:8:1:x:y",
  changed: "2026-01-01T00:00:00Z",
});

interface Opened extends ConsoleApp {
  readonly sessions: Sessions;
  allow: readonly string[];
  /** Opens a stream from an address in the session with this id; the status of the answer. */
  readonly stream: (id: string, from?: string) => Promise<number>;
}

/** The web server with streams alone: nothing listens, so a request may come from any address. */
async function openHub(t: TestContext): Promise<Opened> {
  const now = (): number => performance.now();
  const watched = {
    status: sampleStatus,
    at: 0,
    down: null,
    rates: null,
    graphs: null,
    events: [],
  };
  const settings: { allow: readonly string[]; tls: null } = { allow: [], tls: null };
  let given = settings;
  const sessions = new Sessions(now);
  const parts = {
    settings: () => given,
    sessions,
    attempts: new Attempts(now),
    log: () => {},
    watch: { current: watched, follow: () => () => {}, fresh: async () => watched },
    users: { find: userNamed, all: () => [] },
    assets: { byPath: new Map(), paths: { style: null, script: null } },
    clientOf: () => ({}),
    drafts: { of: () => null },
    examination: { state: { report: null, failed: null, running: false } },
  } as unknown as ConsoleParts;
  const made = await consoleApp(parts, { tls: null, now });
  t.after(() => made.app.close());
  return {
    ...made,
    sessions,
    get allow() {
      return given.allow;
    },
    set allow(allow) {
      given = { ...given, allow };
    },
    stream: async (id, from = "192.0.2.7") => {
      const answer = await made.app.inject({
        method: "GET",
        url: "/control/live",
        remoteAddress: from,
        payloadAsStream: true,
        headers: { cookie: `lvsd_session=${id}` },
      });
      answer.stream().resume();
      return answer.statusCode;
    },
  };
}

describe("streams of live parts", () => {
  it("end for whom the allow-list names no longer, and go on for others", async (t) => {
    const opened = await openHub(t);
    const id = opened.sessions.begin(userNamed("ada"));
    opened.allow = ["192.0.2.0/24", "198.51.100.0/24"];
    assert.equal(await opened.stream(id, "192.0.2.7"), 200);
    assert.equal(await opened.stream(id, "198.51.100.7"), 200);
    assert.equal(await opened.stream(id, "203.0.113.7"), 403);
    assert.equal(opened.hub.count, 2);
    opened.allow = ["198.51.100.0/24"];
    while (opened.hub.count === 2) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(opened.hub.count, 1);
    assert.equal(await opened.stream(id, "192.0.2.7"), 403);
  });

  it("are had by another user however many one opens", async (t) => {
    const opened = await openHub(t);
    for (let session = 0; session < 26; session += 1) {
      const id = opened.sessions.begin(userNamed("greedy"));
      for (let window = 0; window < 8; window += 1) assert.equal(await opened.stream(id), 200);
    }
    assert.equal(opened.hub.count, 200);
    const id = opened.sessions.begin(userNamed("ada"));
    for (let window = 0; window < 8; window += 1) assert.equal(await opened.stream(id), 200);
    assert.equal(opened.hub.count, 200);
    opened.sessions.end(id);
    while (opened.hub.count === 200) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(opened.hub.count, 192, "those eight were ada's own");
  });
});
