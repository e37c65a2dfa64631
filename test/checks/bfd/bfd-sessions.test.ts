/** Sessions without sockets: what goes over them is heard here. Real ones: test/lab/checks/bfd.test.ts. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type BfdPacket, decodeBfd, encodeBfd } from "../../../src/check/network/bfd-packet.ts";
import type { BfdSettings } from "../../../src/checks/bfd/bfd-end.ts";
import { BfdSessions } from "../../../src/checks/bfd/bfd-sessions.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { isRefused, MachineError } from "../../../src/model/error.ts";
import { addMs, instant, ms } from "../../../src/model/time.ts";
import type { BfdPeer } from "../../../src/system/net/real-servers/bfd-sockets.ts";
import { until } from "../servers.ts";

const at = (address: string, changes: Partial<BfdSettings> = {}): BfdSettings => ({
  address: address as IpAddress,
  maxHops: 0,
  passive: false,
  minTx: ms(50),
  minRx: ms(50),
  multiplier: 3,
  ...changes,
});

interface Receiver {
  peers: readonly BfdPeer[];
  readonly heard: (from: IpAddress, bytes: Uint8Array) => void;
}

class Net {
  readonly receivers = new Map<string, Receiver>();
  readonly sent: { readonly to: string; readonly packet: BfdPacket }[] = [];
  now = instant(1000);
  /** Why no socket can be had. */
  trouble: string | null = null;
  /** Why none to send by can be had (errno); 0: it can. */
  lack = 0;
  /** How often a receiver was asked for, or given its peers. */
  asked = 0;
  expected = 0;
  readonly #wakes = new Set<() => void>();

  sessions(): BfdSessions {
    return new BfdSessions({
      now: () => this.now,
      openAlarm: (wake) => {
        this.#wakes.add(wake);
        return { at: () => {}, close: () => void this.#wakes.delete(wake) };
      },
      openReceiver: ({ family, way, heard }) => {
        this.asked += 1;
        if (this.trouble !== null) throw new MachineError(this.trouble);
        const name = `${family} ${way}`;
        const receiver: Receiver = { peers: [], heard };
        this.receivers.set(name, receiver);
        return {
          expect: (peers) => {
            this.expected += 1;
            receiver.peers = peers;
          },
          close: () => void this.receivers.delete(name),
        };
      },
      openSender: (to, way) =>
        this.lack > 0
          ? this.lack
          : {
              send: (bytes) => {
                const packet = decodeBfd(bytes);
                assert.ok(!isRefused(packet));
                this.sent.push({ to: `${way} ${to}`, packet });
                return null;
              },
              close: () => {},
            },
    });
  }

  pass(length: number): void {
    this.now = addMs(this.now, ms(length));
    for (const wake of [...this.#wakes]) wake();
  }

  /** The peer answers what was said last to it. */
  answer(from: string, state: BfdPacket["state"], diagnostic = 0): void {
    const { packet } = this.sent.findLast(({ to }) => to === `single ${from}`) ?? assert.fail();
    const said = { state, diagnostic, poll: false };
    const answer = { ...packet, ...said, mine: 77, yours: packet.mine };
    this.receivers.get("4 single")?.heard(from as IpAddress, encodeBfd(answer));
  }
}

describe("the sessions of this router", () => {
  it("share a receiver for each family and way, which expects them alone", (t) => {
    const net = new Net();
    const sessions = net.sessions();
    t.after(() => sessions.close(false));
    const peers = () =>
      [...net.receivers].map(([name, receiver]) => {
        return [name, receiver.peers.map(({ address, ttlMin }) => `${address} ${ttlMin}`).sort()];
      });
    const far = at("10.0.0.1", { maxHops: 2 });
    sessions.hold([at("10.0.0.1"), at("10.0.0.2"), at("fd00::1"), far], () => {});
    assert.deepEqual(peers(), [
      ["4 single", ["10.0.0.1 255", "10.0.0.2 255"]],
      ["6 single", ["fd00::1 255"]],
      ["4 multihop", ["10.0.0.1 253"]],
    ]);
    sessions.hold([at("10.0.0.2"), { ...far, maxHops: 4 }], () => {});
    assert.deepEqual(peers(), [
      ["4 single", ["10.0.0.2 255"]],
      ["4 multihop", ["10.0.0.1 251"]],
    ]);
    sessions.close(true);
    assert.equal(net.receivers.size, 0);
  });

  it("go on over a reload, and end with AdminDown where the configuration has no more of them", (t) => {
    const net = new Net();
    const sessions = net.sessions();
    t.after(() => sessions.close(false));
    const changes: string[] = [];
    const hold = (...all: readonly BfdSettings[]): void =>
      sessions.hold(all, (name, standing) => changes.push(`${name} ${standing}`));
    hold(at("10.0.0.1"));
    net.answer("10.0.0.1", "init");
    hold(at("10.0.0.1"), at("10.0.0.2"));
    const first = net.sent[0]?.packet.mine;
    hold(at("10.0.0.1", { minTx: ms(20) }));
    const last = net.sent.findLast(({ to }) => to === "single 10.0.0.1");
    assert.deepEqual(
      [last?.packet.mine, last?.packet.minTx, last?.packet.state],
      [first, 20, "up"],
    );
    hold();
    const { to, packet } = net.sent.at(-1) ?? assert.fail();
    assert.deepEqual([to, packet.state, packet.diagnostic], ["single 10.0.0.1", "admin-down", 7]);
    assert.deepEqual(changes, ["single 10.0.0.1 up"]);
  });

  it("are asked by tries without a new filter for all of them", async (t) => {
    const net = new Net();
    const sessions = net.sessions();
    t.after(() => sessions.close(false));
    sessions.hold([at("10.0.0.1"), at("10.0.0.2")], () => {});
    const before = net.expected;
    for (let tries = 0; tries < 3; tries += 1)
      await sessions.with(at("10.0.0.1"), async (end) => end.verdict(false));
    assert.equal(net.expected, before);
  });

  it("of two families that cannot be heard are tried again once a second, however often asked", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const net = new Net();
    net.trouble = "UDP port 3784 for BFD: it cannot be had: address already in use";
    const sessions = net.sessions();
    t.after(() => sessions.close(false));
    sessions.hold([at("10.0.0.1"), at("fd00::1")], () => {});
    for (let tries = 0; tries < 20; tries += 1) await sessions.with(at("10.0.0.9"), async () => {});
    for (let second = 0; second < 3; second += 1) {
      net.asked = 0;
      t.mock.timers.tick(1000);
      assert.equal(net.asked, 2, "one try for each family");
    }
  });

  it("are this router's trouble where it has no descriptor to send by", async (t) => {
    const net = new Net();
    net.lack = 24; // EMFILE
    const sessions = net.sessions();
    t.after(() => sessions.close(false));
    sessions.hold([at("10.0.0.1")], () => {});
    const verdict = await sessions.with(at("10.0.0.1"), async (end) => end.verdict(false));
    assert.equal(verdict.kind === "failed" && verdict.reason, "local");
  });

  it("of a single try end with it, unless they are held meanwhile", async (t) => {
    const net = new Net();
    const sessions = net.sessions();
    t.after(() => sessions.close(false));
    await sessions.with(at("10.0.0.1"), async () => assert.equal(net.receivers.size, 1));
    assert.equal(net.receivers.size, 0);
    const changes: string[] = [];
    await sessions.with(at("10.0.0.1"), async () =>
      sessions.hold([at("10.0.0.1")], (name) => changes.push(name)),
    );
    assert.equal(net.receivers.size, 1);
    net.answer("10.0.0.1", "init");
    assert.deepEqual(changes, ["single 10.0.0.1"]);
  });

  it("say how they stand: not before their time, and AdminDown as the check wants it", async (t) => {
    const net = new Net();
    const sessions = net.sessions();
    t.after(() => sessions.close(false));
    sessions.hold([at("10.0.0.1")], () => {});
    await sessions.with(at("10.0.0.1"), async (end) => {
      const said = (): string => {
        const verdict = end.verdict(false);
        return verdict.kind === "failed" ? `${verdict.reason}: ${verdict.why}` : verdict.kind;
      };
      assert.deepEqual([end.isRising, said()], [true, "timeout: no packet from the peer"]);
      for (let turn = 0; turn < 4; turn += 1) net.pass(900);
      assert.equal(end.isRising, false);
      net.answer("10.0.0.1", "init");
      assert.equal(said(), "passed");
      net.answer("10.0.0.1", "admin-down");
      assert.equal(said(), "unexpected: the peer signals AdminDown (diagnostic: none)");
      assert.equal(end.verdict(true).kind, "passed");
      net.answer("10.0.0.1", "down");
      assert.deepEqual([end.standing, end.isRising], ["down", true], "it has its time anew");
      net.answer("10.0.0.1", "init");
      net.answer("10.0.0.1", "down", 1);
      assert.deepEqual([end.standing, end.isRising], ["down", false]);
      net.answer("10.0.0.1", "init");
      net.now = addMs(net.now, ms(500));
      net.answer("10.0.0.1", "down", 1);
      assert.deepEqual([end.standing, end.isRising], ["down", true], "this machine stood still");
    });
  });

  it("are left to the next process as they are, with time for it to come", (t) => {
    const net = new Net();
    const sessions = net.sessions();
    sessions.hold([at("10.0.0.1")], () => {});
    net.answer("10.0.0.1", "init");
    const left = JSON.parse(JSON.stringify(sessions.leave()));
    assert.equal(net.sent.at(-1)?.packet.minTx, 2000);
    const before = net.sent.length;
    sessions.close(false);
    assert.equal(net.sent.length, before, "it goes without a word");
    const next = net.sessions();
    t.after(() => next.close(false));
    net.now = addMs(net.now, ms(4000));
    next.recall(left);
    next.hold([at("10.0.0.1")], () => assert.fail("nothing changes"));
    const { packet } = net.sent.at(-1) ?? assert.fail();
    assert.deepEqual([packet.state, packet.yours, packet.minTx], ["up", 77, 50]);
    assert.equal(packet.mine, net.sent[0]?.packet.mine);
  });

  it("are this router's trouble while another program has the port, and heard once it has not", async (t) => {
    const net = new Net();
    net.trouble = "UDP port 3784 for BFD: it cannot be had: address already in use";
    const sessions = net.sessions();
    t.after(() => sessions.close(false));
    sessions.hold([at("10.0.0.1")], () => {});
    await sessions.with(at("10.0.0.1"), async (end) => {
      const verdict = end.verdict(false);
      assert.deepEqual(verdict, { kind: "failed", reason: "local", why: net.trouble });
      net.trouble = null;
      await until("it is heard", () => end.deaf === null);
    });
  });
});
