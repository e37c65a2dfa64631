/** The judges are worth something only if they catch a machine that is wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Step, step } from "../../../../src/failover/machine.ts";
import type { Effect, Input } from "../../../../src/failover/protocol.ts";
import type { Router } from "../../../../src/failover/router.ts";
import type { Message } from "../../../../src/heartbeat/message.ts";
import type { Instant } from "../../../../src/model/time.ts";
import { run } from "../../../simulation/run.ts";

type Machine = (router: Router, input: Input, now: Instant) => Step;

/** Seeds within which each wrong machine must be caught. */
const seedsMax = 400;

const heardAs =
  (change: (message: Message, router: Router) => Message): Machine =>
  (router, input, now) =>
    input.kind === "heard"
      ? step(router, { ...input, message: change(input.message, router) }, now)
      : step(router, input, now);

const actingAs =
  (change: (effects: readonly Effect[], router: Router) => readonly Effect[]): Machine =>
  (router, input, now) => {
    const result = step(router, input, now);
    return { ...result, effects: change(result.effects, result.router) };
  };

const saying = (change: (message: Message, router: Router) => Message): Machine =>
  actingAs((effects, router) =>
    effects.map((effect) =>
      effect.kind === "send" ? { ...effect, message: change(effect.message, router) } : effect,
    ),
  );

const mutants: readonly {
  readonly name: string;
  readonly machine: Machine;
  readonly caught: RegExp;
  /** The first of the seeds, for what is rare; absent: 1. */
  readonly from?: number;
}[] = [
  {
    name: "one that never sees that the other holds as well",
    machine: heardAs((message, { vipHold }) =>
      vipHold === "held" || vipHold === "claiming" ? { ...message, holds: false } : message,
    ),
    caught: /: 1: /,
  },
  {
    name: "one that claims before the other has let go",
    machine: heardAs((message, { claimRequest }) =>
      claimRequest !== null && message.handOver.kind === "releasing"
        ? { ...message, holds: false, handOver: { ...message.handOver, kind: "released" } }
        : message,
    ),
    caught: /: 1: /,
  },
  {
    name: "one that judges the peer after half the time-out",
    machine: (router, input, now) => {
      const { heardAt } = router.peer;
      const half = router.rules.deadAfter / 2;
      const early = router.peerAlive && heardAt !== null && now - heardAt > half;
      return step(early ? { ...router, peerAlive: false } : router, input, now);
    },
    caught: /: [13]: /,
  },
  {
    name: "one that forgets to claim",
    machine: (router, input, now) =>
      router.peerAlive ? step(router, input, now) : step({ ...router, ready: false }, input, now),
    caught: /: 2: |liveness/,
  },
  {
    name: "one that lets go when a beat is late",
    machine: (router, input, now) => {
      const result = step(router, input, now);
      if (result.router.vipHold !== "held" || result.router.lateBeats === router.lateBeats)
        return result;
      const released: Router = { ...result.router, vipHold: "releasing", reason: "a late beat" };
      return { router: released, effects: [...result.effects, { kind: "release" }] };
    },
    caught: /: 3: /,
  },
  {
    name: "one that does not notice that it slept",
    machine: (router, input, now) =>
      step(router.lastSentAt === null ? router : { ...router, lastSentAt: now }, input, now),
    caught: /: [47]: /,
  },
  {
    name: "one that keeps silent about its faults",
    machine: (router, input, now) =>
      step(router, input.kind === "faults" ? { kind: "faults", faults: [] } : input, now),
    caught: /: 5: /,
  },
  {
    name: "one that stays where it reaches no real server",
    machine: (router, input, now) => {
      if (input.kind !== "faults") return step(router, input, now);
      const faults = input.faults.filter(({ kind }) => kind !== "reach");
      return step(router, { kind: "faults", faults }, now);
    },
    caught: /: 5: /,
  },
  {
    name: "one that fails back whatever its own tries of real servers say",
    machine: (router, input, now) => {
      if (input.kind === "whole") return step(router, { kind: "whole", missing: null }, now);
      if (input.kind !== "faults" || router.vipHold !== "none") return step(router, input, now);
      const faults = input.faults.filter(({ kind }) => kind !== "reach");
      return step(router, { kind: "faults", faults }, now);
    },
    caught: /: 5: fails back/,
    from: 2001,
  },
  {
    name: "one that holds on without a link and without a peer",
    machine: (router, input, now) => {
      const result = step(router, input, now);
      if (router.vipHold !== "held" || !result.router.reason.endsWith("the peer is not heard"))
        return result;
      const effects = result.effects.filter(({ kind }) => kind !== "release");
      return { router: { ...result.router, vipHold: "held" }, effects };
    },
    caught: /: 5: /,
  },
  {
    name: "one that believes recordings",
    machine: (router, input, now) =>
      input.kind === "heard" && router.peer.boot !== null
        ? step({ ...router, peer: { ...router.peer, boot: null } }, input, now)
        : step(router, input, now),
    caught: /: \d: /,
  },
  {
    name: "one that says released while it is releasing",
    machine: saying((message) =>
      message.handOver.kind === "releasing"
        ? { ...message, holds: false, handOver: { ...message.handOver, kind: "released" } }
        : message,
    ),
    caught: /: 7: /,
  },
  {
    name: "one that adopts what a killed predecessor left behind without a word",
    machine: (router, input, now) =>
      router.steppedAt === null
        ? step({ ...router, found: "nothing" }, input, now)
        : step(router, input, now),
    caught: /: [78]: /,
  },
  {
    name: "one that does not announce again when a second holder is gone",
    machine: (router, input, now) => {
      const result = step(router, input, now);
      const had = router.vipHold === "held" && input.kind !== "claimed";
      const effects = result.effects.filter(({ kind }) => kind !== "announce" || !had);
      return { ...result, effects };
    },
    caught: /: 9: /,
  },
  {
    name: "one to which a peer is nobody whose file names other addresses",
    machine: (router, input, now) =>
      input.kind === "heard" && input.message.cluster !== router.rules.cluster
        ? step(router, { kind: "faults", faults: router.outside }, now)
        : step(router, input, now),
    caught: /: 1: /,
  },
  {
    name: "one to which a peer is nobody that has the same role",
    machine: (router, input, now) =>
      input.kind === "heard" && input.message.role === router.role
        ? step(router, { kind: "faults", faults: router.outside }, now)
        : step(router, input, now),
    caught: /: 1: /,
  },
  {
    name: "one that announces before it has claimed",
    machine: actingAs((effects) =>
      effects.some(({ kind }) => kind === "claim") ? [{ kind: "announce" }, ...effects] : effects,
    ),
    caught: /: 9: /,
  },
  {
    name: "one that does not announce what it has claimed",
    machine: (router, input, now) => {
      const result = step(router, input, now);
      if (input.kind !== "claimed") return result;
      return { ...result, effects: result.effects.filter(({ kind }) => kind !== "announce") };
    },
    caught: /: 9: /,
  },
];

for (const { name, machine, caught, from = 1 } of mutants)
  test(`the judges catch ${name}`, () => {
    for (let seed = from; seed < from + seedsMax; seed++) {
      const { violation } = run(seed, { step: machine });
      if (violation === null || !caught.test(`: ${violation.replace(/^[\d.]+ ms: /, "")}`))
        continue;
      return;
    }
    assert.fail(`not caught within ${seedsMax} seeds`);
  });
