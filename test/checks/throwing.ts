/**
 * Tries of every runner whose callbacks throw, in a process of their own: prints one line of JSON
 * for each, and a last one when the process is still alive. argv: the ports of the test's servers.
 */
import { Socket as Datagrams } from "node:dgram";
import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { runCheck } from "../../src/checks/check.ts";
import { containThrows } from "../../src/checks/containment.ts";
import { runUnprivileged } from "../../src/checks/program/unprivileged.ts";
import type { Check } from "../../src/config/config.ts";
import { ms } from "../../src/model/time.ts";
import {
  commandCheck,
  httpCheck,
  lenient,
  loopback,
  sendExpectCheck,
  short,
  tcpCheck,
} from "./servers.ts";

type Listener = (...args: unknown[]) => unknown;

/** The event whose listeners throw at the moment, and how many did. */
let poisoned: string | null = null;
let threw = 0;

const poison = (event: string, listener: Listener): Listener =>
  function poisonedListener(this: unknown, ...args) {
    if (poisoned !== event) return listener.apply(this, args);
    threw += 1;
    throw new Error(`thrown in ${event}`);
  };

for (const name of ["on", "once", "addListener"] as const) {
  const original = EventEmitter.prototype[name] as (event: string, listener: Listener) => unknown;
  Object.assign(EventEmitter.prototype, {
    [name](this: EventEmitter, event: string, listener: Listener) {
      return original.call(this, event, event === poisoned ? poison(event, listener) : listener);
    },
  });
}
const connectDatagrams = Datagrams.prototype.connect as (...args: unknown[]) => void;
Object.assign(Datagrams.prototype, {
  connect(this: Datagrams, port: number, address: string, connected: Listener) {
    connectDatagrams.call(this, port, address, poison("udp-connect", connected));
  },
});
const listenFor = AbortSignal.prototype.addEventListener as (...args: unknown[]) => void;
Object.assign(AbortSignal.prototype, {
  addEventListener(this: AbortSignal, event: string, listener: Listener, options: unknown) {
    listenFor.call(this, event, poison(`${event}-signal`, listener), options);
  },
});

const late: string[] = [];
containThrows((what) => late.push(what));

const [echo = 0, tls = 0, udp = 0, silent = 0] = process.argv.slice(2).map(Number);
const ping = {
  send: Buffer.from("ping"),
  expect: { kind: "bytes", bytes: Buffer.from("ping") },
} as const;
/** Long enough for a machine that has other work; a deadline ends those that wait for it. */
const patient = { timeout: ms(5000) } as const;
const tries: readonly [Check, number, readonly string[]][] = [
  [tcpCheck({ ...patient, tls: lenient }), tls, ["connect"]],
  [httpCheck(short), silent, ["abort-signal"]],
  [httpCheck({ ...patient, type: "https", tls: lenient }), tls, ["secureConnect", "data"]],
  [sendExpectCheck({ ...short, ...ping }), silent, ["abort-signal"]],
  [sendExpectCheck({ ...patient, ...ping, protocol: "udp" }), udp, ["message", "udp-connect"]],
  [commandCheck("/bin/echo", ["said"], patient), echo, ["data", "exit", "close"]],
  [commandCheck("/bin/sleep", ["5"], short), echo, ["abort-signal"]],
];

/** Waits for a condition that holds soon; the lines that are printed show when it did not. */
const until = async (holds: () => boolean): Promise<void> => {
  for (const end = Date.now() + 10_000; !holds() && Date.now() < end; ) await sleep(5);
};

for (const [check, port, events] of tries)
  for (const event of events) {
    poisoned = event;
    threw = 0;
    const endpoint = { address: loopback, port };
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 1500);
    const tried = await runCheck(check, endpoint, stop.signal);
    clearTimeout(timer);
    // Some events come after the end of the try.
    await until(() => threw > 0);
    poisoned = null;
    console.log(JSON.stringify({ type: check.type, event, threw, tried }));
  }
poisoned = "exit";
threw = 0;
const end = await runUnprivileged({
  command: "/bin/true",
  args: [],
  environment: {},
  signal: AbortSignal.timeout(1000),
});
poisoned = null;
console.log(JSON.stringify({ type: "runUnprivileged", event: "exit", threw, tried: end }));
// What is late of the program comes before the end of its process is forgotten.
await until(() => !process.getActiveResourcesInfo().includes("ProcessWrap"));
const after = await runCheck(
  tcpCheck(),
  { address: loopback, port: echo },
  new AbortController().signal,
);
console.log(JSON.stringify({ type: "alive", event: "none", threw: late.length, tried: after }));
process.exit(0);
