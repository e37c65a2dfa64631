/**
 * Two routers' configurations over the real channel on loopback, with real files; what judges and
 * loads a text is scripted, since the true daemon needs a kernel with IPVS and root.
 */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { PlanReport } from "../../../../src/control/api.ts";
import { ClusterSync } from "../../../../src/daemon/config/cluster/cluster-sync.ts";
import type {
  Judged,
  JudgeRules,
} from "../../../../src/daemon/config/cluster/cluster-sync-parts.ts";
import { ConfigStore } from "../../../../src/daemon/config/config-store.ts";
import type { Running } from "../../../../src/daemon/config/running.ts";
import { problemElsewhere } from "../../../../src/keys/problem.ts";
import { MachineError } from "../../../../src/model/error.ts";
import type { EventBody } from "../../../../src/model/event.ts";
import type { Role } from "../../../../src/model/router.ts";

const first = "# one\nserial: 1\n";
const rules = { force: false };
const planOf = (changes: PlanReport["changes"]): PlanReport => ({
  ...{ ok: true, changes, settings: [], unchanged_services: 0, refused: [] },
});

class Side {
  readonly path: string;
  readonly store: ConfigStore;
  sync: ClusterSync;
  readonly events: EventBody[] = [];
  readonly loaded: number[] = [];
  /** By which rules each text was judged. */
  readonly judged: JudgeRules[] = [];
  /** Texts that hold this word are bad here. */
  badWord = "nowhere";
  /** Texts that hold this word are bad too, once this has come. */
  slowly: { readonly word: string; readonly end: Promise<void> } | null = null;
  /** What the included files hold. */
  included = "";
  peer: Side | null = null;
  peerAlive = true;
  running: Running;

  constructor(role: Role, port: number, key: Uint8Array, directory: string) {
    this.path = join(directory, `${role}.yaml`);
    writeFileSync(this.path, first);
    this.store = new ConfigStore(
      this.path,
      join(directory, role),
      () => "2026-01-01T00:00:00.000Z",
    );
    this.running = this.#read(first, role, port, key);
    this.sync = this.#open(role, port, key);
  }

  /** Its process ends and the next one begins. */
  async restart(): Promise<void> {
    const { role, config, keys } = this.running;
    await this.sync.close();
    this.sync = this.#open(role, config.heartbeat.port, keys[0] as Uint8Array);
  }

  #open(role: Role, port: number, key: Uint8Array): ClusterSync {
    return new ClusterSync({
      store: this.store,
      written: () => this.running,
      running: () => this.running,
      judge: async (text, by): Promise<Judged> => {
        this.judged.push(by);
        if (this.slowly !== null && text.includes(this.slowly.word)) {
          await this.slowly.end;
          return { refusal: refusal(`${role} was slow`) };
        }
        if (text.includes(this.badWord)) return { refusal: refusal(`${role} cannot`) };
        return { next: this.#read(text, role, port, key), plan: planOf([]) };
      },
      review: async (text) => {
        if (text.includes(this.badWord)) return refusal(`${role} cannot`);
        const changes = [{ area: "vip", action: "add", subject: role, text: role }] as const;
        return { plan: planOf(changes), objections: [problemElsewhere(`${role} minds`)] };
      },
      lacks: async (text) =>
        text.includes(this.badWord) ? refusal(`${role} cannot`).problems : [],
      load: async (next) => {
        this.running = next;
        this.loaded.push(next.config.serial);
        return [];
      },
      peer: () => ({
        alive: this.peerAlive,
        mark: this.peer === null ? null : markOf(this.peer.running),
      }),
      alone: (work) => work(),
      report: (event) => this.events.push(event),
    });
  }

  get text(): string {
    return readFileSync(this.path, "utf8");
  }

  /** An operator edits the file and reloads it. */
  edit(text: string): void {
    writeFileSync(this.path, text);
    const { role, config, keys } = this.running;
    this.running = this.#read(text, role, config.heartbeat.port, keys[0] as Uint8Array);
  }

  #read(text: string, role: Role, port: number, key: Uint8Array): Running {
    const config = {
      path: this.path,
      serial: Number(/^serial: (\d+)$/m.exec(text)?.[1]),
      hash: createHash("sha256").update(`${text}${this.included}`).digest("hex"),
      clusterSync: true,
      heartbeat: { keyFile: "/key", port },
      routers: {
        primary: { public: "127.0.0.2", private: null },
        backup: { public: "127.0.0.3", private: null },
      },
    };
    return { role, config, files: [{ path: this.path, text }], keys: [key] } as unknown as Running;
  }
}

const markOf = ({ config }: Running) => ({ serial: config.serial, hash: config.hash.slice(0, 32) });

const refusal = (message: string) =>
  ({ ok: false, fault: "text", problems: [problemElsewhere(message)] }) as const;

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const late = Date.now() + 10_000; !holds(); ) {
    assert.ok(Date.now() < late, `waited for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function pair(t: TestContext): Promise<[Side, Side]> {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-sync-"));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.3", resolve));
  const port = (server.address() as { port: number }).port;
  await new Promise((resolve) => server.close(resolve));
  const key = Uint8Array.from(randomBytes(32));
  const [a, b] = [
    new Side("primary", port, key, directory),
    new Side("backup", port, key, directory),
  ];
  [a.peer, b.peer] = [b, a];
  t.after(async () => {
    await Promise.all([a.sync.close(), b.sync.close()]);
    rmSync(directory, { recursive: true });
  });
  // The listeners come with the first look.
  await until("both listen", () => a.sync.listening && b.sync.listening);
  return [a, b];
}

describe("one configuration on two routers", { timeout: 30_000 }, () => {
  it("is stored and loaded by both, with its serial raised and the old one kept", async (t) => {
    const [a, b] = await pair(t);
    const report = await a.sync.save("# two\nserial: 1\n", rules);
    assert.ok(report.ok, JSON.stringify(report));
    assert.deepEqual([report.serial, report.peer], [2, "stored"]);
    await until("the peer has loaded it", () => b.loaded.length === 1);
    assert.deepEqual([a.text, b.text], ["# two\nserial: 2\n", "# two\nserial: 2\n"]);
    for (const side of [a, b]) assert.equal(side.store.back(1)?.text, first);
    const back = await b.sync.save("# three\nserial: 1\n", rules);
    assert.ok(back.ok && back.serial === 3 && a.text === b.text);
  });

  it("is refused by both where either cannot run it, with the problems of both", async (t) => {
    const [a, b] = await pair(t);
    [a.badWord, b.badWord] = ["red", "blue"];
    const one = await a.sync.save("# blue\nserial: 1\n", rules);
    assert.ok(!one.ok);
    assert.deepEqual(
      one.problems.map((each) => each.message),
      ["on the backup: backup cannot"],
    );
    const two = await a.sync.save("# red blue\nserial: 1\n", rules);
    assert.equal(two.ok ? 0 : two.problems.length, 2);
    assert.deepEqual([a.text, b.text, a.loaded, b.loaded], [first, first, [], []]);
    assert.ok((await a.sync.save("# green\nserial: 1\n", rules)).ok, "and both may save again");
  });

  it("reaches a peer that was away, and leaves one alone that was edited by hand", async (t) => {
    const [a, b] = await pair(t);
    a.peerAlive = false;
    const away = await a.sync.save("# two\nserial: 1\n", rules);
    assert.ok(away.ok && away.peer === "away" && b.text === first);
    a.peerAlive = true;
    await until("the peer has caught up", () => b.running.config.hash === a.running.config.hash);
    assert.equal(b.text, "# two\nserial: 2\n");
    await until("it is told", () => a.events.some((event) => event.kind === "caught-up"));
    b.edit("# by hand\nserial: 2\n");
    const refused = await a.sync.save("# three\nserial: 2\n", rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /edited by hand/);
    assert.equal(b.text, "# by hand\nserial: 2\n");
    const pushed = await a.sync.sync(false);
    assert.ok(pushed.ok, JSON.stringify(pushed));
    await until("it is loaded there", () => b.running.config.hash === a.running.config.hash);
    assert.equal(b.store.back(1)?.text, "# by hand\nserial: 2\n", "the edit is in the history");
  });

  it("is reviewed on both, with what speaks against it, and stored on none", async (t) => {
    const [a, b] = await pair(t);
    const text = "# two\nserial: 1\n";
    const report = await a.sync.review(text);
    assert.ok(report.ok, JSON.stringify(report));
    const subjects = (of: typeof report) => of.changes.map(({ subject }) => subject);
    assert.deepEqual(subjects(report), ["primary"]);
    assert.deepEqual(
      report.objections.map(({ message }) => message),
      ["primary minds"],
    );
    assert.ok(report.peer.kind === "planned");
    assert.equal(report.peer.plan.changes[0]?.subject, "backup");
    assert.equal(report.peer.objections[0]?.message, "backup minds");
    b.badWord = "two";
    const refused = await a.sync.review(text);
    assert.ok(refused.ok && refused.peer.kind === "refused");
    assert.equal(refused.peer.problems[0]?.message, "backup cannot");
    const lacks = async () => (await a.sync.lackedByPeer(text))[0]?.message;
    assert.equal(await lacks(), "on the backup: backup cannot", "as is asked before a reload");
    a.peerAlive = false;
    const away = await a.sync.review(text);
    assert.ok(away.ok && away.peer.kind === "away");
    a.peerAlive = true;
    await b.sync.close();
    const silent = await a.sync.review(text);
    assert.ok(silent.ok && silent.peer.kind === "unknown");
    assert.equal(await lacks(), undefined, "who is silent has no say");
    assert.deepEqual([a.text, b.text, a.loaded, b.loaded], [first, first, [], []]);
  });

  it("is stored in place of the configuration that it was made on, and of no other", async (t) => {
    const [a] = await pair(t);
    const made = a.running.config.hash;
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules, made)).ok);
    const late = await a.sync.save("# three\nserial: 1\n", rules, made);
    assert.match(late.ok ? "" : (late.problems[0]?.message ?? ""), /serial 2 was loaded meanwhile/);
    assert.equal(a.text, "# two\nserial: 2\n");
  });

  it("is not stored over a file that was edited and is not loaded", async (t) => {
    const [a, b] = await pair(t);
    writeFileSync(a.path, "# edited\n");
    for (const tried of [await a.sync.save(first, rules), await a.sync.sync(false)])
      assert.match(tried.ok ? "" : (tried.problems[0]?.message ?? ""), /was edited/);
    const other = await b.sync.save("# two\nserial: 1\n", rules);
    assert.match(other.ok ? "" : (other.problems[0]?.message ?? ""), /on the primary: .*edited/);
    assert.equal(a.text, "# edited\n");
  });

  it("keeps ten configurations, and no file of another kind", async (t) => {
    const [a] = await pair(t);
    for (let count = 0; count < 12; count += 1)
      assert.ok((await a.sync.save(`# ${count}\nserial: 1\n`, rules)).ok);
    const directory = a.path.replace("primary.yaml", "primary/config-history");
    assert.equal(readdirSync(directory).length, 10);
    assert.equal(a.store.back(10)?.serial, 3);
    assert.equal(a.store.back(11), null);
  });
});

describe("one saving on two routers", { timeout: 30_000 }, () => {
  it("is judged by both, and force passes the guard on both", async (t) => {
    const [a, b] = await pair(t);
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules)).ok);
    assert.ok([...a.judged, ...b.judged].every(({ force }) => !force));
    assert.ok(b.judged.length > 0);
    b.judged.length = 0;
    assert.ok((await a.sync.save("# three\nserial: 1\n", { force: true })).ok);
    assert.deepEqual(b.judged, [{ force: true }]);
  });

  it("waits for no hostile text that is being judged, on either router", async (t) => {
    const [a, b] = await pair(t);
    let over = (): void => {};
    const end = new Promise<void>((resolve) => {
      over = resolve;
    });
    a.slowly = { word: "hostile", end: Promise.resolve() };
    b.slowly = { word: "hostile", end };
    const hostile = a.sync.save("# hostile\nserial: 1\n", rules);
    await until("the peer judges it as well", () => b.judged.length === 1);
    assert.ok((await b.sync.save("# two\nserial: 1\n", rules)).ok, "the peer saves meanwhile");
    await until("it is loaded here", () => a.running.config.serial === 2);
    a.slowly = { word: "hostile", end };
    over();
    const refused = await hostile;
    assert.match(JSON.stringify(refused), /primary was slow.*on the backup: backup was slow/);
    assert.equal(a.text, "# two\nserial: 2\n");
  });

  it("is refused at once where too many texts are being judged", async (t) => {
    const [a] = await pair(t);
    let over = (): void => {};
    const end = new Promise<void>((resolve) => {
      over = resolve;
    });
    a.slowly = { word: "hostile", end };
    a.peerAlive = false;
    const saves = Array.from({ length: 10 }, () => a.sync.save("# hostile\n", rules));
    const soon = await Promise.race(saves);
    assert.match(JSON.stringify(soon), /other texts are being judged already/);
    assert.equal(a.judged.length, 1, "one at a time");
    over();
    await Promise.all(saves);
    assert.equal(a.judged.length, 4);
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules)).ok, "and there is room again");
  });

  it("is refused before anybody judges it where it is too large", async (t) => {
    const [a, b] = await pair(t);
    const most = `serial: 1\n#${"x".repeat(4 * 1024 * 1024 - 11)}`;
    const refused = await a.sync.save(`${most}x`, rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /larger than 4194304/);
    assert.deepEqual([a.judged, b.judged, a.text, b.text], [[], [], first, first]);
    const report = await a.sync.save(most, rules);
    assert.ok(report.ok, JSON.stringify(report).slice(0, 200));
    assert.equal(b.text, a.text, "and the largest one reaches the peer");
  });

  it("is refused by both where the included files differ", async (t) => {
    const [a, b] = await pair(t);
    b.included = "other: 1\n";
    const refused = await a.sync.save("# two\nserial: 1\n", rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /included files differ/);
    assert.deepEqual([a.text, b.text], [first, first]);
    b.included = "";
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules)).ok);
  });

  const full = (): never => {
    throw new MachineError("c.yaml: cannot be written: ENOSPC: no space left on device");
  };

  it("is stored by none where the peer's disk is full", async (t) => {
    const [a, b] = await pair(t);
    b.store.replace = full;
    const refused = await a.sync.save("# two\nserial: 1\n", rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /on the backup: .*ENOSPC/);
    assert.deepEqual([a.text, b.text, a.loaded, b.loaded], [first, first, [], []]);
    assert.deepEqual([a.store.past(), b.store.past()], [[], []]);
    b.store.replace = ConfigStore.prototype.replace;
    assert.ok((await b.sync.save("# two\nserial: 1\n", rules)).ok, "and both may save again");
  });

  it("is stored by none where the own disk is full", async (t) => {
    const [a, b] = await pair(t);
    a.store.replace = full;
    const refused = await a.sync.save("# two\nserial: 1\n", rules);
    assert.match(refused.ok ? "" : (refused.problems[0]?.message ?? ""), /ENOSPC/);
    assert.deepEqual([a.text, b.text, a.loaded, b.loaded], [first, first, [], []]);
    a.store.replace = ConfigStore.prototype.replace;
    assert.ok((await a.sync.save("# two\nserial: 1\n", rules)).ok, "and both may save again");
  });

  it("reaches a peer that went away between its word and the storing", async (t) => {
    const [a, b] = await pair(t);
    a.store.replace = (...given) => {
      ConfigStore.prototype.replace.apply(a.store, given);
      a.store.replace = ConfigStore.prototype.replace;
      void b.sync.close();
    };
    const report = await a.sync.save("# two\nserial: 1\n", rules);
    assert.ok(report.ok, JSON.stringify(report));
    assert.equal(report.peer, "unsure");
    assert.deepEqual([a.text, b.text], ["# two\nserial: 2\n", first]);
    await b.restart();
    await until("the peer has caught up", () => b.running.config.hash === a.running.config.hash);
    assert.equal(b.text, a.text);
  });

  it("is the same on both after both have saved at the same time", async (t) => {
    const [a, b] = await pair(t);
    for (let time = 0; time < 10; time += 1) {
      const both = await Promise.all([
        a.sync.save(`# a${time}\nserial: 1\n`, rules),
        b.sync.save(`# b${time}\nserial: 1\n`, rules),
      ]);
      const stored = both.filter((report) => report.ok).length;
      const same = (): boolean => a.running.config.hash === b.running.config.hash;
      await until(`${stored} were stored, and both have the same`, same);
      assert.equal(a.text, b.text);
    }
    assert.ok((await a.sync.save("# last\nserial: 1\n", rules)).ok, "and both may save again");
  });
});
