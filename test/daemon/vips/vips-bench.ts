/** VIPs over a kernel in memory, whose `ip` can be broken and held up. */
export { until } from "../turns.ts";

import assert from "node:assert/strict";
import { Announcements } from "../../../src/daemon/vips/announcements.ts";
import { Vips } from "../../../src/daemon/vips/vips.ts";
import { hostPrefix, type Prefix, parsePrefix, printPrefix } from "../../../src/model/address.ts";
import { MachineError } from "../../../src/model/error.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { addMs, type Instant, ms, seconds } from "../../../src/model/time.ts";
import type { FloatingAddress, Interface, Ip } from "../../../src/system/ip/ip.ts";
import type { Announcer } from "../../../src/system/net/announce.ts";
import { now } from "../../../src/system/process/clock.ts";
import { vip } from "../../table/configs.ts";

export const web: FloatingAddress = { ...vip("192.0.2.1"), device: "eth0" };
export const other: FloatingAddress = { ...vip("192.0.2.2"), device: "eth0" };
export const six: FloatingAddress = { ...web, prefix: prefixOf("2001:db8::1/64") };
export const vlan: FloatingAddress = { ...vip("192.0.2.3"), device: "eth0.91" };
export const gateway: FloatingAddress = { ...vip("10.0.0.1"), device: "eth1", kind: "nat-router" };

export function prefixOf(text: string): Prefix {
  return parsePrefix(text) ?? assert.fail(text);
}

/** An address on a device, in the form that a claim gives it unless said otherwise. */
export const form = (vip: FloatingAddress, prefix = hostPrefix(vip.prefix), source = false) => ({
  device: vip.device,
  address: { prefix, label: vip.label, tentative: false, expires: false, source },
});

const rhythm = { count: 1, interval: seconds(60), refresh: seconds(60) };

const announcerTo = (announced: string[]): Announcer => ({
  announceAll(vips) {
    announced.push(...vips.map(({ prefix }) => prefix.address));
    return { frames: vips.length, failures: [] };
  },
  rehearse() {},
  probeAll: (vips) => ({ frames: vips.length, failures: [] }),
  close() {},
});

/** A kernel with two devices and no address. */
const twoDevices = () => ({
  forms: [] as ReturnType<typeof form>[],
  broken: null as string | null,
  later: ms(0),
  looks: 0,
  ready: Promise.resolve(),
  ipv6: true,
  claims: 0,
  faults: 0,
  beforeRemove: () => Promise.resolve(),
  devices: new Map([
    ["eth0", 2],
    ["eth1", 3],
  ]),
  /** Addresses that it refuses, with its words. */
  refuses: new Map<string, string>(),
});

/** A kernel with two devices, whose `ip` can be broken; and what the router says meanwhile. */
export function bench() {
  const kernel = twoDevices();
  const events: EventBody[] = [];
  const announced: string[] = [];
  const interfaces = (): Interface[] =>
    [...kernel.devices].map(([name, index]) => ({
      name,
      index,
      mac: `02:00:00:00:00:0${index}`,
      up: true,
      carrier: true,
      operstate: "UP",
      addresses: kernel.forms.filter(({ device }) => device === name).map((one) => one.address),
    }));
  const check = (): void => {
    if (kernel.broken !== null) throw new MachineError(kernel.broken);
  };
  const isHere = ({ prefix }: FloatingAddress): boolean =>
    kernel.forms.some(({ address }) => address.prefix.address === prefix.address);
  const outcome = (vips: readonly FloatingAddress[], reasons: readonly string[]) => {
    const held = vips.filter(isHere);
    const missing = vips.filter((vip) => !isHere(vip));
    return { kind: "partly-held" as const, held, missing, reasons };
  };
  const isForm = (vip: FloatingAddress) => (one: ReturnType<typeof form>) =>
    one.device === vip.device && printPrefix(one.address.prefix) === printPrefix(vip.prefix);
  const ip: Ip = {
    readInterfaces: async () => {
      kernel.looks += 1;
      check();
      return interfaces();
    },
    claim: async (vips) => {
      await kernel.ready;
      kernel.claims += 1;
      check();
      const reasons: string[] = [];
      for (const vip of vips) {
        const why = kernel.refuses.get(vip.prefix.address);
        if (why !== undefined) reasons.push(`${printPrefix(vip.prefix)} on ${vip.device}: ${why}`);
        else if (!kernel.forms.some(isForm({ ...vip, prefix: hostPrefix(vip.prefix) })))
          kernel.forms.push(form(vip));
      }
      return outcome(vips, reasons);
    },
    release: async (vips) => {
      check();
      const gone = new Set(vips.map(({ prefix }) => prefix.address));
      kernel.forms = kernel.forms.filter(({ address }) => !gone.has(address.prefix.address));
      return outcome(vips, []);
    },
    remove: async (forms) => {
      await kernel.beforeRemove();
      check();
      for (const one of forms) kernel.forms = kernel.forms.filter((each) => !isForm(one)(each));
      return outcome(forms, []);
    },
    expire: async (vips) => outcome(vips, []),
    rehearse: async () => {},
    watch: () => () => {},
    close: async () => {},
  };
  const report = (event: EventBody): void => void events.push(event);
  const vips = new Vips({
    ip,
    announcements: new Announcements(announcerTo(announced), rhythm, report),
    report,
    faultsChanged: () => {
      kernel.faults += 1;
    },
    ipv6: () => kernel.ipv6,
    now: (): Instant => addMs(now(), kernel.later),
    interfacesRead: () => {},
    remember: () => {},
  });
  vips.configure([web]);
  return { kernel, events, announced, vips };
}

export const told = (events: EventBody[]): string[] =>
  events.splice(0).map((event) => `${event.event} ${event.kind}`);
export const lacking = (vips: Vips) =>
  vips.faults().map(({ kind, subject, count, text }) => `${kind} ${subject} ${count}: ${text}`);
