/** Tables for tests: arbitrary ones, and the kernel's behaviour in memory. */
import fc from "fast-check";
import { parseAddress } from "../../src/model/address.ts";
import {
  type DestinationIdentity,
  forwardings,
  printDestination,
  printService,
  type ServiceIdentity,
} from "../../src/model/service.ts";
import {
  type Change,
  compareDestinations,
  compareServices,
  type Destination,
  type Service,
  type Table,
} from "../../src/table/table.ts";

/** The address of a literal text. */
export function address(text: string) {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`${text} is no address`);
  return parsed;
}

const vips = ["192.0.2.1", "192.0.2.2", "fd00:1::1"].map(address);
const realServers = ["10.0.0.1", "10.0.0.2", "10.0.0.10", "fd00::1"].map(address);

const serviceIdentities: fc.Arbitrary<ServiceIdentity> = fc.oneof(
  fc.record({
    kind: fc.constant("address" as const),
    protocol: fc.constantFrom("tcp" as const, "udp" as const, "sctp" as const),
    address: fc.constantFrom(...vips),
    port: fc.constantFrom(53, 80),
  }),
  fc.record({
    kind: fc.constant("fwmark" as const),
    fwmark: fc.constantFrom(1, 80, 2 ** 32 - 1),
    family: fc.constantFrom(4 as const, 6 as const),
  }),
);

const destinationIdentities: fc.Arbitrary<DestinationIdentity> = fc.record({
  address: fc.constantFrom(...realServers),
  port: fc.constantFrom(80, 8080),
});

const destinations: fc.Arbitrary<Destination> = fc.record({
  identity: destinationIdentities,
  forwarding: fc.constantFrom(...forwardings),
  weight: fc.constantFrom(0, 1, 2, 65_535),
  thresholds: fc.constantFrom(null, { upper: 0, lower: 0 }, { upper: 20, lower: 10 }),
  tunnel: fc.constantFrom(
    { type: "ipip" as const },
    { type: "gre" as const, checksum: true },
    { type: "gue" as const, port: 6080, checksum: "remote" as const },
  ),
  foreignOptions: fc.constant(""),
});

const services: fc.Arbitrary<Service> = fc.record({
  identity: serviceIdentities,
  scheduler: fc.constantFrom("rr", "mh"),
  schedulerFlags: fc.constantFrom([], ["mh-fallback", "mh-port"]),
  onePacket: fc.boolean(),
  persistence: fc.constantFrom(
    null,
    { timeoutSeconds: 300, maskBits: 24, engine: null },
    { timeoutSeconds: 60, maskBits: 32, engine: "sip" },
  ),
  destinations: fc
    .array(destinations, { maxLength: 5 })
    .map(
      (list) =>
        new Map(
          list
            .sort((a, b) => compareDestinations(a.identity, b.identity))
            .map((destination) => [printDestination(destination.identity), destination]),
        ),
    ),
});

/** Small tables over few identities, so that two of them overlap. */
export const tables: fc.Arbitrary<Table> = fc
  .array(services, { maxLength: 6 })
  .map(
    (list) =>
      new Map(
        list
          .sort((a, b) => compareServices(a.identity, b.identity))
          .map((service) => [printService(service.identity), service]),
      ),
  );

/** What the kernel does with a change; throws its message where it refuses. */
export function kernelApplies(table: Table, change: Change): Table {
  const after = new Map(table);
  if (!("destination" in change)) {
    const key = printService(change.service.identity);
    const before = table.get(key);
    if (change.kind === "add-service") {
      if (before !== undefined) throw new Error("Service already exists");
      return after.set(key, { ...change.service, destinations: new Map() });
    }
    if (before === undefined) throw new Error("No such service");
    if (change.kind === "edit-service")
      return after.set(key, { ...change.service, destinations: before.destinations });
    after.delete(key);
    return after;
  }
  const key = printService(change.service);
  const service = table.get(key);
  if (service === undefined) throw new Error("Service not defined");
  const destinationKey = printDestination(change.destination.identity);
  const found = service.destinations.has(destinationKey);
  if (change.kind === "add-destination" && found) throw new Error("Destination already exists");
  if (change.kind !== "add-destination" && !found) throw new Error("No such destination");
  const list = new Map(service.destinations);
  if (change.kind === "delete-destination") list.delete(destinationKey);
  else list.set(destinationKey, change.destination);
  return after.set(key, { ...service, destinations: list });
}
