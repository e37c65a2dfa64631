/** What goes out and what comes in on the sockets of a heartbeat that speaks pulse. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "../../../src/config/config.ts";
import { Heartbeat } from "../../../src/daemon/failover/heartbeat.ts";
import type { Input } from "../../../src/failover/protocol.ts";
import { sealOf } from "../../../src/heartbeat/header.ts";
import { encode } from "../../../src/heartbeat/wire.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { instant } from "../../../src/model/time.ts";
import type { HeartbeatPathOptions } from "../../../src/system/net/datagram.ts";
import { sample } from "../../heartbeat/sample.ts";
import { config } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const [own, peer, ownPrivate, peerPrivate, stranger] = ["1", "2", "11", "12", "99"].map((last) =>
  address(`192.0.2.${last}`),
) as [IpAddress, IpAddress, IpAddress, IpAddress, IpAddress];
const key = new Uint8Array(32).fill(9);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const of = (text: string): Uint8Array => Buffer.from(text, "hex");
const running = of("dadbadbd");

class Bench {
  readonly heartbeat: Heartbeat;
  /** Whether what comes now was overtaken on its way. */
  isOlder = false;
  readonly inputs: string[] = [];
  readonly sent: { from: IpAddress; to: IpAddress; port: number; bytes: Uint8Array }[] = [];
  readonly #sockets = new Map<IpAddress, HeartbeatPathOptions>();
  #now = instant(1000);
  readonly #config: Config;

  constructor(change: Partial<Config>, protocol: Config["heartbeat"]["protocol"]) {
    const base = config();
    this.#config = {
      ...base,
      routers: {
        primary: { public: own, private: ownPrivate },
        backup: { public: peer, private: peerPrivate },
      },
      ...change,
      heartbeat: { ...base.heartbeat, protocol },
    };
    this.heartbeat = new Heartbeat({
      open: (options) => {
        let open = false;
        return {
          get open() {
            return open;
          },
          foreign: 0,
          bind: () => {
            open = true;
            this.#sockets.set(options.own, options);
            return Promise.resolve(null);
          },
          meet: () => {},
          send: (bytes, told, to = { address: options.peer, port: options.port }) => {
            this.sent.push({ from: options.own, to: to.address, port: to.port, bytes });
            told(null);
          },
          close: () => Promise.resolve(),
        };
      },
      now: () => this.#now,
      input: (input) => this.inputs.push(told(input)),
      report: () => {},
      known: () => null,
      isOlder: () => this.isOlder,
      leads: () => true,
      findings: () => ({ reach: sample.reach, unserved: sample.unserved }),
      digest: () => new Uint8Array(0),
      heardDigest: () => {},
    });
  }

  async load(): Promise<this> {
    await this.heartbeat.configure(this.#config, "primary", sealOf([key]));
    return this;
  }

  /** A datagram arrives on the socket of this address. */
  receive(bytes: Uint8Array, from: IpAddress = peer, at: IpAddress = own, port = 539): boolean {
    const options = this.#sockets.get(at);
    assert.ok(options !== undefined);
    if (from !== options.peer)
      return options.onElsewhere?.(bytes, { address: from, port }, this.#now) === true;
    options.onDatagram(bytes, from, this.#now, port);
    return true;
  }
}

function told(input: Input): string {
  if (input.kind === "heard") return `message on ${input.path}`;
  assert.ok(input.kind === "heard-word");
  return `${input.word} on ${input.path}${input.lone ? ", alone" : ""}`;
}

describe("a heartbeat with protocol pulse", () => {
  it("says a word on both paths, from and to the heartbeat's port, and nothing more", async () => {
    const { heartbeat, sent } = await new Bench({}, "pulse").load();
    heartbeat.sendWord("stopped");
    assert.deepEqual(
      sent.map(({ from, to, port, bytes }) => `${from} ${to} ${port} ${hex(bytes)}`),
      ["192.0.2.1 192.0.2.2 539 bddabdad", "192.0.2.11 192.0.2.12 539 bddabdad"],
    );
  });

  it("answers in the byte order of the peer", async () => {
    const bench = await new Bench({}, "pulse").load();
    bench.receive(of("bdaddbda"));
    bench.heartbeat.sendWord("stopped");
    assert.equal(hex(bench.sent[0]?.bytes ?? running), "adbddabd");
  });

  it("takes a word from either address of the peer, on either socket, from any port", async () => {
    const bench = await new Bench({}, "pulse").load();
    assert.ok(bench.receive(running, peer, own, 40_000));
    assert.ok(bench.receive(running, peerPrivate, ownPrivate));
    assert.ok(bench.receive(running, peerPrivate, own));
    assert.ok(!bench.receive(running, stranger, own), "and from nobody else");
    assert.deepEqual(bench.inputs, [
      "running on 0, alone",
      "running on 1, alone",
      "running on 1, alone",
    ]);
  });

  it("counts what is no word of this pair", async () => {
    const bench = await new Bench({}, "pulse").load();
    for (const text of ["bebaefbe", "00", "4c565344"]) bench.receive(of(text));
    const { refused, received } = bench.heartbeat.counters();
    assert.deepEqual([refused.incompatible, refused.short, received], [2, 1, 0]);
  });

  it("speaks of services where the pair has nothing else, and stops when the peer asks for it", async () => {
    const service = { name: "mail" } as Config["failover"]["services"][number];
    const change = {
      virtualServers: [],
      failover: { ...config().failover, services: [service] },
    };
    const services = await new Bench(change, "pulse").load();
    services.heartbeat.sendWord("running");
    assert.equal(hex(services.sent[0]?.bytes ?? running), "bebaefbe");
    services.receive(of("dadaadde"));
    const servers = await new Bench({}, "pulse").load();
    servers.receive(of("dadaadde"));
    assert.deepEqual(services.inputs, ["stop-me on 0, alone"]);
    assert.deepEqual(servers.inputs, ["running on 0, alone"], "for virtual servers: it is active");
  });
});

describe("a heartbeat with protocol auto", () => {
  const seal = sealOf([key]);
  const bare = { ...sample, digest: new Uint8Array(0) };
  const withWord = (bytes: Uint8Array): Uint8Array => Buffer.concat([running, bytes]);

  it("puts the word in front of a signed heartbeat while it is asked to", async () => {
    const bench = await new Bench({}, "auto").load();
    bench.heartbeat.send(bare, "running");
    bench.heartbeat.send(bare, null);
    assert.deepEqual(
      bench.sent.map(({ bytes }) => hex(bytes)),
      [
        hex(withWord(encode(bare, 0, seal))),
        hex(withWord(encode(bare, 1, seal))),
        hex(encode(bare, 0, seal)),
        hex(encode(bare, 1, seal)),
      ],
    );
  });

  it("takes in both, the signed one first, and marks a word that stands alone", async () => {
    const bench = await new Bench({}, "auto").load();
    bench.receive(withWord(encode(sample, 0, seal)));
    bench.receive(encode(sample, 0, seal));
    bench.receive(running);
    assert.deepEqual(bench.inputs, [
      "message on 0",
      "running on 0",
      "message on 0",
      "running on 0, alone",
    ]);
  });

  it("gives no vote to the word of a beat that was overtaken", async () => {
    const bench = await new Bench({}, "auto").load();
    bench.isOlder = true;
    bench.receive(withWord(encode(sample, 0, seal)));
    assert.deepEqual(bench.inputs, ["message on 0"]);
    bench.receive(running);
    assert.deepEqual(
      bench.inputs.slice(1),
      ["running on 0, alone"],
      "one that stands alone is new",
    );
  });

  it("believes the word of a peer that signs with another key, and counts the signature", async () => {
    const bench = await new Bench({}, "auto").load();
    const other = sealOf([new Uint8Array(32).fill(8)]);
    bench.receive(withWord(encode(sample, 0, other)));
    assert.deepEqual(bench.inputs, ["running on 0, alone"]);
    assert.equal(bench.heartbeat.counters().refused["bad-hmac"], 1);
  });
});

describe("a heartbeat with protocol lvsd", () => {
  it("reads the signed part of what a peer with auto says, and no word alone", async () => {
    const bench = await new Bench({}, "lvsd").load();
    bench.receive(Buffer.concat([running, encode(sample, 0, sealOf([key]))]));
    bench.receive(running);
    assert.deepEqual(bench.inputs, ["message on 0"]);
    assert.equal(bench.heartbeat.counters().refused["not-ours"], 1);
  });
});
