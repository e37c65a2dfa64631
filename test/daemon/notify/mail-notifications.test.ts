import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, type MockTimers, mock } from "node:test";
import type { MailConfig } from "../../../src/config/config.ts";
import { MailNotifications } from "../../../src/daemon/notify/mail-notifications.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { instant, seconds } from "../../../src/model/time.ts";
import { mailed, server, virtualServer } from "./mailed.ts";

const config: MailConfig = {
  to: ["ops@example.com"],
  from: "lvsd@example.com",
  smtp: "192.0.2.25" as IpAddress,
  port: 25,
  tls: "offered",
  serverName: null,
  ca: null,
  user: null,
  passwordFile: null,
  events: ["state", "real_server", "virtual_server"],
  every: seconds(60),
};

/** Letters that arrive, or do not, in a time of the test's own. */
class Bench {
  readonly letters: { subject: string; text: string; at: number }[] = [];
  readonly reported: EventBody[] = [];
  fails: string | null = null;
  hangs = false;
  readonly mail: MailNotifications;
  readonly #timers: MockTimers;
  #now = 0;

  constructor(timers: MockTimers) {
    this.#timers = timers;
    this.mail = new MailNotifications({
      send: async (_config, letter, _password, signal) => {
        if (this.hangs)
          await new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(new Error("aborted")));
          });
        if (this.fails !== null) throw new Error(this.fails);
        this.letters.push({ ...letter, at: this.#now });
      },
      report: (event) => this.reported.push(event),
      now: () => instant(this.#now),
      sender: () => ({ host: "lb1", role: "primary", state: "active" }),
    });
    this.mail.configure(config);
  }

  async pass(length: number): Promise<void> {
    for (const end = this.#now + length; this.#now < end; ) {
      this.#now += 500;
      this.#timers.tick(500);
      for (let turns = 0; turns < 10; turns++) await Promise.resolve();
    }
  }
}

describe("mail", () => {
  let bench: Bench;
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    bench = new Bench(mock.timers);
  });
  afterEach(() => mock.timers.reset());

  it("gathers what belongs together, and folds it into its cause", async () => {
    for (const name of ["rs1", "rs2", "rs3"]) bench.mail.take(server("down", "web", name));
    bench.mail.take(virtualServer("down", "web"));
    await bench.pass(6000);
    assert.equal(bench.letters.length, 1);
    assert.equal(bench.letters[0]?.text.match(/^ {4}/gm)?.length, 3);
    assert.deepEqual(
      bench.reported.map(({ kind }) => kind),
      ["mailed"],
    );
  });

  it("goes out at most every minute, with what has happened meanwhile and how it stands", async () => {
    bench.mail.take(server("down", "web", "rs1"));
    await bench.pass(6000);
    for (let round = 0; round < 50; round++) {
      bench.mail.take(server(round % 2 === 0 ? "up" : "down", "web", "rs1"));
      await bench.pass(500);
    }
    await bench.pass(60_000);
    assert.equal(bench.letters.length, 2);
    assert.ok((bench.letters[1]?.at ?? 0) - (bench.letters[0]?.at ?? 0) >= 60_000);
    assert.match(bench.letters[1]?.text ?? "", /\(after 49 other changes\)/);
  });

  it("is tried again, later each time, and nothing of it is lost", async () => {
    bench.fails = "mail server 192.0.2.25:25: connection refused";
    bench.mail.take(server("down", "web", "rs1"));
    await bench.pass(6000);
    bench.mail.take(server("down", "web", "rs2"));
    await bench.pass(200_000);
    const failures = bench.reported.length;
    assert.ok(failures >= 2 && failures <= 4, `${failures} tries in 200 s`);
    bench.fails = null;
    await bench.pass(300_000);
    assert.equal(bench.letters.length, 1);
    assert.match(bench.letters[0]?.text ?? "", /rs1[\s\S]*rs2/);
  });

  it("is not sent of events that nobody asked for, and not at all without a configuration", async () => {
    bench.mail.take(mailed({ event: "peer", kind: "dead", text: "nothing heard" }));
    bench.mail.configure(null);
    bench.mail.take(server("down", "web", "rs1"));
    await bench.pass(10_000);
    assert.deepEqual(bench.letters, []);
  });

  it("is bounded: beyond 2000 subjects events are counted", async () => {
    for (let number = 0; number < 2500; number++)
      bench.mail.take(server("down", "web", `rs${number}`));
    await bench.pass(6000);
    assert.match(bench.letters[0]?.text ?? "", /2300 more events are in the log/);
  });
});

describe("at the end of lvsd", () => {
  it("what waits is mailed at once, and a server that hangs holds nothing up", async () => {
    const bench = new Bench(mock.timers);
    bench.mail.take(server("down", "web", "rs1"));
    await bench.mail.stop();
    assert.equal(bench.letters.length, 1);
    const slow = new Bench(mock.timers);
    slow.hangs = true;
    slow.mail.take(server("down", "web", "rs1"));
    const began = Date.now();
    await slow.mail.stop();
    assert.ok(Date.now() - began < 5000);
    assert.deepEqual(
      slow.reported.map(({ kind }) => kind),
      ["mail-failed"],
    );
  });
});
