/** Two routers on loopback, each with a heartbeat of its own. */
import assert from "node:assert/strict";
import type { Config } from "../../../src/config/config.ts";
import { Heartbeat } from "../../../src/daemon/failover/heartbeat.ts";
import { sealOf } from "../../../src/heartbeat/header.ts";
import type { BootId } from "../../../src/heartbeat/message.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import type { Role } from "../../../src/model/router.ts";
import { type Instant, instant } from "../../../src/model/time.ts";
import type { HeartbeatPathOptions } from "../../../src/system/net/datagram.ts";
import { sample } from "../../heartbeat/sample.ts";
import { config } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

export const [a, b, other, x, y] = [1, 2, 3, 11, 12].map((n) => address(`192.0.2.${n}`)) as [
  IpAddress,
  IpAddress,
  IpAddress,
  IpAddress,
  IpAddress,
];

export const first = new Uint8Array(32).fill(1);
export const second = new Uint8Array(32).fill(2);

export interface File {
  readonly primary?: IpAddress;
  readonly backup?: IpAddress;
  readonly primaryPrivate?: IpAddress | null;
  readonly port?: number;
}

export function fileOf({ primary = a, backup = b, primaryPrivate = x, port = 539 }: File): Config {
  const base = config();
  return {
    ...base,
    routers: {
      primary: { public: primary, private: primaryPrivate },
      backup: { public: backup, private: primaryPrivate === null ? null : y },
    },
    heartbeat: { ...base.heartbeat, port },
  };
}

/** Which sockets are open, by address and port. */
export class Wires {
  now: Instant = instant(1000);
  readonly open = new Map<string, { options: HeartbeatPathOptions; peer: IpAddress }>();
}

export class End {
  readonly heartbeat: Heartbeat;
  readonly heard: string[] = [];
  readonly events: string[] = [];
  readonly #wires: Wires;
  readonly #boot: BootId;
  #sequence = 0;

  constructor(wires: Wires, boot: string) {
    this.#wires = wires;
    this.#boot = boot.repeat(8) as BootId;
    const seen = new Set<string>();
    this.heartbeat = new Heartbeat({
      open: (options) => {
        const key = `${options.own} ${options.port}`;
        const mine = { options, peer: options.peer };
        return {
          get open() {
            return wires.open.get(key) === mine;
          },
          foreign: 0,
          bind: () => {
            assert.ok(!wires.open.has(key) || wires.open.get(key) === mine, `${key} is taken`);
            wires.open.set(key, mine);
            return Promise.resolve(null);
          },
          meet: (peer) => {
            mine.peer = peer;
          },
          send: (bytes, sent, to = { address: mine.peer, port: options.port }) => {
            sent(null);
            const there = wires.open.get(`${to.address} ${to.port}`);
            if (there === undefined) return;
            const from = { address: options.own, port: options.port };
            if (there.peer === from.address)
              there.options.onDatagram(bytes, from.address, wires.now, from.port);
            else there.options.onElsewhere?.(bytes, from, wires.now);
          },
          close: () => {
            if (wires.open.get(key) === mine) wires.open.delete(key);
            return Promise.resolve();
          },
        };
      },
      now: () => wires.now,
      input: (input) => {
        assert.ok(input.kind === "heard");
        seen.add(`${input.path} ${input.message.sequence}`);
        this.heard.push(`${input.path}`);
      },
      report: (event) => this.events.push(`${event.event} ${event.kind}`),
      known: ({ sequence }, path) =>
        seen.has(`${path} ${sequence}`) ? { refused: "replayed", detail: "" } : null,
      isOlder: () => false,
      leads: () => true,
      findings: () => ({ reach: "some", unserved: 0 }),
      digest: () => new Uint8Array(),
      heardDigest: () => {},
    });
  }

  load(file: File, role: Role, keys: readonly Uint8Array[] = [first]): Promise<void> {
    return this.heartbeat.configure(fileOf(file), role, sealOf(keys));
  }

  say(): void {
    this.#sequence += 1;
    const { now } = this.#wires;
    this.heartbeat.send(
      { ...sample, boot: this.#boot, sequence: this.#sequence, sentAt: now },
      null,
    );
  }
}

export class Two {
  readonly wires = new Wires();
  readonly one = new End(this.wires, "a1");
  readonly two = new End(this.wires, "b2");

  /** Both speak for so many seconds, four times each. */
  speak(seconds: number): void {
    for (let beat = 0; beat < seconds * 4; beat += 1) {
      this.wires.now = instant(this.wires.now + 250);
      this.one.say();
      this.two.say();
    }
  }

  /** The paths on which each hears the other now. */
  hear(): { readonly one: string; readonly two: string } {
    this.one.heard.length = 0;
    this.two.heard.length = 0;
    this.speak(1);
    const paths = ({ heard }: End): string => [...new Set(heard)].sort().join();
    return { one: paths(this.one), two: paths(this.two) };
  }
}

export async function pair(one: File = {}, two: File = {}): Promise<Two> {
  const made = new Two();
  await made.one.load(one, "primary");
  await made.two.load(two, "backup");
  made.speak(1);
  return made;
}

export const both = { one: "0,1", two: "0,1" };

export const faults = ({ heartbeat }: End): string =>
  heartbeat
    .faults()
    .map(({ text }) => text)
    .join("; ");
