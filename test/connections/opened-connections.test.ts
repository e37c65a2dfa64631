import assert from "node:assert/strict";
import { test } from "node:test";
import { followedServices, openedConnections } from "../../src/connections/opened-connections.ts";
import type { Syn } from "../../src/connections/syn.ts";
import { addressBytes, addressFromBytes } from "../../src/model/address.ts";
import { seconds } from "../../src/model/time.ts";
import { config, realServer, virtualServer } from "../table/configs.ts";
import { address } from "../table/tables.ts";

const [client, vip, rs1, rs2] = ["198.51.100.7", "192.0.2.1", "10.0.0.1", "10.0.0.2"] as const;
const web = virtualServer("web", {
  address: address(vip),
  realServers: [
    realServer("rs1", { address: address(rs1), port: 8080 }),
    realServer("rs2", { address: address(rs2), port: 80 }),
  ],
});
const followed = followedServices(config(web));
assert.ok(followed !== null);

const syn = (from: string, to: string, changes: Partial<Syn> = {}): Syn => {
  const [source = "", sourcePort] = from.split(" ");
  const [destination = "", destinationPort] = to.split(" ");
  return {
    source: addressBytes(address(source)),
    sourcePort: Number(sourcePort),
    destination: addressBytes(address(destination)),
    destinationPort: Number(destinationPort),
    sequence: Number(sourcePort) * 3,
    outgoing: false,
    ...changes,
  };
};
const arriving = (port: number): Syn => syn(`${client} ${port}`, `${vip} 80`);
const leaving = (port: number, to = `${rs1} 8080`): Syn =>
  syn(`${client} ${port}`, to, { outgoing: true });

/** `198.51.100.7:1024 -> 192.0.2.1:80 -> 10.0.0.1:8080`, for each; null for a doubt. */
const told = (before: readonly Syn[], after: readonly Syn[]): readonly string[] | null => {
  const opened = openedConnections(before, after, followed);
  return (
    opened?.map(({ addresses, clientPort, virtualPort, realPort }) => {
      const ends = [0, 4, 8].map((at) => addressFromBytes(addresses.subarray(at, at + 4)));
      return [clientPort, virtualPort, realPort]
        .map((port, end) => `${ends[end]}:${port}`)
        .join(" -> ");
    }) ?? null
  );
};

test("a connection is what came in for a virtual server and went out to a real server", () => {
  assert.deepEqual(
    told([arriving(1024), leaving(1024)], [arriving(1025), leaving(1025, `${rs2} 80`)]),
    [`${client}:1024 -> ${vip}:80 -> ${rs1}:8080`, `${client}:1025 -> ${vip}:80 -> ${rs2}:80`],
  );
  const [connection] = openedConnections([arriving(1), leaving(1)], [], followed) ?? [];
  assert.deepEqual(
    [connection?.protocol, connection?.state, connection?.isTemplate],
    ["tcp", "SYN_RECV", false],
  );
});

test("one that came in before the release may go out after it", () => {
  assert.deepEqual(told([arriving(1024)], [leaving(1024)])?.length, 1);
});

test("a SYN that was sent again, or seen on two devices, is one connection", () => {
  const twice = [arriving(1024), arriving(1024), leaving(1024), leaving(1024)];
  assert.deepEqual(told(twice, twice)?.length, 1);
});

test("the same port of the same client may belong to two connections", () => {
  const other = syn(`${client} 1024`, `${vip} 80`, { sequence: 9 });
  const both = [arriving(1024), other, leaving(1024), leaving(1024, `${rs2} 80`)];
  const outgoing = syn(`${client} 1024`, `${rs2} 80`, { sequence: 9, outgoing: true });
  assert.deepEqual(told([...both.slice(0, 3), outgoing], []), [
    `${client}:1024 -> ${vip}:80 -> ${rs1}:8080`,
    `${client}:1024 -> ${vip}:80 -> ${rs2}:80`,
  ]);
});

test("what is no connection of a virtual server is passed over", () => {
  const own = syn("10.0.0.9 4000", `${rs1} 8080`, { outgoing: true });
  const passedOn = syn(`${client} 1030`, "203.0.113.9 443");
  const toRouter = syn(`${client} 1031`, "192.0.2.9 22");
  assert.deepEqual(told([own, passedOn, { ...passedOn, outgoing: true }, toRouter], []), []);
});

test("after the release SYNs go on to the VIP as they came, or nowhere: nothing to send", () => {
  assert.deepEqual(told([], [arriving(1024), { ...arriving(1024), outgoing: true }]), []);
  assert.deepEqual(told([], [arriving(1024)]), []);
});

test("before the release a SYN that has not gone on to a real server is a doubt", () => {
  assert.equal(told([arriving(1024)], []), null);
});

test("a virtual server or a real server that is not configured is a doubt", () => {
  assert.equal(told([arriving(1024), leaving(1024, "10.0.0.77 80")], []), null);
  const foreign = syn(`${client} 1024`, "192.0.2.200 80");
  assert.equal(told([], [foreign, leaving(1024)]), null);
});

test("SYNs show TCP through NAT alone, in both families", () => {
  const six = virtualServer("six", {
    address: address("2001:db8::1"),
    realServers: [realServer("rs", { address: address("2001:db8:1::1") })],
  });
  assert.equal(followedServices(config(web, six))?.size, 2);
  assert.equal(followedServices(config())?.size, 0);
  for (const other of [
    virtualServer("dns", { protocol: "udp" }),
    virtualServer("bound", { persistence: { timeout: seconds(60), maskBits: 32, engine: null } }),
    virtualServer("direct", { realServers: [realServer("rs", { forwarding: "direct" })] }),
    virtualServer("tunnel", { realServers: [realServer("rs", { forwarding: "tunnel" })] }),
  ]) {
    assert.equal(followedServices(config(web, other)), null, other.name);
    const idle = { ...other, active: false };
    assert.equal(followedServices(config(web, idle))?.size, 1, other.name);
  }
});
