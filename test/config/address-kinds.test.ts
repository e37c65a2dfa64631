/** Addresses of every kind in every place: what can never serve is refused where it stands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AddressPlace, unservableHere } from "../../src/config/address-kinds.ts";
import type { InterfaceHere } from "../../src/config/on-this-machine.ts";
import { printProblem } from "../../src/keys/problem.ts";
import { parsePrefix } from "../../src/model/address.ts";
import { accepted, readText, refused } from "./texts.ts";

interface Parts {
  readonly router?: string;
  readonly peer?: string;
  readonly vip?: string;
  readonly real?: string;
  readonly gateway?: string;
  readonly forwarding?: "nat" | "direct";
  readonly more?: string;
}

const six = (text: string | undefined): boolean => text?.includes(":") === true;

/** One place has the given address; everything else is sound and of its family. */
const textWith = (parts: Parts): string => {
  const inSix = Object.entries(parts).some(([key, part]) => key !== "more" && six(part));
  const net = inSix ? "2001:db8:1::" : "192.0.2.";
  return `routers:
  primary: { public: "${parts.router ?? `${net}1`}" }
  backup: { public: "${parts.peer ?? `${net}2`}" }
failover: { gateway: "${parts.gateway ?? `${net}3`}" }
forwarding: ${parts.forwarding ?? "nat"}
virtual_servers:
  web:
    address: "${parts.vip ?? `${net}4`}"
    device: eth0
    port: 80
    ${parts.more ?? ""}
    real_servers: { rs1: { address: "${parts.real ?? `${net}5`}" } }
`;
};

const kinds = {
  ordinary: fc.constantFrom("198.51.100.7", "10.1.2.3", "2001:db8:7::7", "fd00::7", "169.254.7.7"),
  loopback: fc.oneof(
    fc
      .tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 1, max: 254 }))
      .map((rest) => `127.${rest.join(".")}`),
    fc.constant("::1"),
  ),
  linkLocal: fc
    .tuple(fc.integer({ min: 0xfe80, max: 0xfebf }), fc.integer({ min: 1, max: 0xffff }))
    .map(([first, last]) => `${first.toString(16)}::${last.toString(16)}`),
  mapped: fc.integer({ min: 1, max: 254 }).map((last) => `::ffff:198.51.100.${last}`),
  multicast: fc.constantFrom("224.0.0.18", "239.1.2.3", "ff02::1", "ff05::2"),
  unspecified: fc.constantFrom("0.0.0.0", "0.1.2.3", "::"),
  broadcast: fc.constant("255.255.255.255"),
};

type Kind = keyof typeof kinds;
type Place = Exclude<AddressPlace, "check">;

const partOf: Readonly<Record<Place, (address: string) => Parts>> = {
  // The peer's address is of the same family: a heartbeat path joins two of one family.
  router: (router) => ({ router, peer: six(router) ? "2001:db8:1::2" : "192.0.2.2" }),
  gateway: (gateway) => ({ gateway }),
  vip: (vip) => ({ vip }),
  "real-server": (real) => ({ real }),
};
const keyOf: Readonly<Record<Place, RegExp>> = {
  router: /routers\.primary\.public/,
  gateway: /failover\.gateway/,
  vip: /virtual_servers\.web\.address/,
  "real-server": /virtual_servers\.web\.real_servers\.rs1\.address/,
};
const everywhere: readonly Place[] = ["router", "gateway", "vip", "real-server"];

const refusedIn: Readonly<Record<Kind, readonly Place[]>> = {
  ordinary: [],
  loopback: ["gateway", "vip", "real-server"],
  linkLocal: everywhere,
  mapped: everywhere,
  multicast: everywhere,
  unspecified: everywhere,
  broadcast: everywhere,
};

for (const [kind, addresses] of Object.entries(kinds))
  for (const place of everywhere) {
    const wrong = refusedIn[kind as Kind].includes(place);
    test(`${kind} as ${place} is ${wrong ? "refused at its place" : "accepted"}`, () => {
      fc.assert(
        fc.property(addresses, (address) => {
          const result = readText(textWith(partOf[place](address)));
          if (!wrong) return void accepted(result);
          const problems = refused(result).filter(({ message }) => keyOf[place].test(message));
          assert.equal(problems.length, 1, refused(result).map(printProblem).join("\n"));
          assert.ok(problems[0]?.line !== null && problems[0]?.column !== null);
        }),
      );
    });
  }

test("the router itself is a real server with direct routing, and only then", () => {
  accepted(readText(textWith({ real: "127.0.0.1", forwarding: "direct" })));
  const [problem] = refused(readText(textWith({ real: "127.0.0.1" })));
  assert.match(problem?.message ?? "", /127\.0\.0\.1 is a loopback address, to which the kernel/);
});

test("a loopback address may be balanced for this machine alone", () => {
  accepted(readText(textWith({ vip: "127.0.0.1" }).replace("device: eth0", "device: none")));
});

test("the subnet-router anycast address is both routers' own", () => {
  const [problem] = refused(readText(textWith({ vip: "2001:db8:4::/64" })));
  assert.match(problem?.message ?? "", /subnet-router anycast/);
  accepted(readText(textWith({ vip: "2001:db8:4::1/64" })));
  accepted(readText(textWith({ vip: "2001:db8:4::" })));
});

test("IPv6 has no netmask of length 0, IPv4 has", () => {
  const more = "persistence: { netmask: 0 }";
  accepted(readText(textWith({ more })));
  const [problem] = refused(readText(textWith({ vip: "2001:db8:4::1", more })));
  assert.match(problem?.message ?? "", /persistence\.netmask: no netmask of IPv6/);
  accepted(readText(textWith({ vip: "2001:db8:4::1", more: more.replace("0", "1") })));
});

const eth0 = (...prefixes: readonly string[]): readonly InterfaceHere[] => [
  {
    name: "eth0",
    addresses: prefixes.map((text) => ({ prefix: parsePrefix(text) ?? assert.fail(text) })),
  },
];

test("check --here knows the broadcast and anycast addresses of the machine's networks", () => {
  const judged = (parts: Parts, ...prefixes: readonly string[]): string =>
    unservableHere(accepted(readText(textWith(parts))), eth0(...prefixes))
      .map(({ message }) => message)
      .join();
  assert.match(
    judged({ real: "10.11.12.255" }, "10.11.12.9/24"),
    /rs1\.address: 10\.11\.12\.255 is the broadcast address of the network of eth0/,
  );
  assert.match(judged({ vip: "192.0.2.255" }, "192.0.2.1/24"), /^VIP: 192\.0\.2\.255 is the broad/);
  assert.match(judged({ gateway: "192.0.2.7" }, "192.0.2.1/29"), /^failover\.gateway: /);
  assert.match(judged({ real: "2001:db8:1::" }, "2001:db8:1::1/64"), /subnet-router anycast/);
  assert.equal(judged({ real: "10.11.12.255" }, "10.11.12.9/23"), "");
  assert.equal(judged({ real: "10.11.12.255" }, "10.11.12.254/31"), "");
  assert.equal(judged({ real: "10.11.12.255" }, "198.51.100.1/24"), "");
});
