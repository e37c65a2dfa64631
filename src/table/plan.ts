/**
 * The difference between two tables as an ordered list of changes (style: reconcile, diff, apply).
 *
 * The order is a promise:
 * - a service is added before its destinations;
 * - what exists is edited, never deleted and added again: the kernel edits scheduler, flags,
 *   persistence and one-packet scheduling of a service, and forwarding, weight and thresholds of a
 *   destination in place, and connections stay;
 * - within a service destinations are added and raised before others are lowered or deleted, so
 *   that a service that has a server before and after has one at each moment in between;
 * - services that go are deleted last, and their destinations go with them.
 *
 * A service that is neither desired nor owned belongs to somebody else: listed, never touched.
 */
import {
  type Change,
  type Plan,
  type Service,
  sameDestination,
  sameService,
  type Table,
} from "./table.ts";

/**
 * Plans the way from `actual` to `desired`. `owned` holds the keys (`printService`) of the services
 * that lvsd has programmed at some time: only these are deleted when they are not desired any more.
 */
export function planChanges(actual: Table, desired: Table, owned: ReadonlySet<string>): Plan {
  const changes = Array.from(desired, ([key, service]) =>
    serviceChanges(actual.get(key) ?? null, service),
  ).flat();
  const undesired = Array.from(actual, ([key, service]) => ({ key, service })).filter(
    ({ key }) => !desired.has(key),
  );
  for (const { key, service } of undesired)
    if (owned.has(key)) changes.push({ kind: "delete-service", service });
  const foreign = undesired.filter(({ key }) => !owned.has(key));
  return { changes, foreign: foreign.map(({ service }) => service.identity) };
}

function serviceChanges(before: Service | null, service: Service): Change[] {
  // One object is one state: a table that leads to the desired one is made of its services.
  if (before === service) return [];
  const changes: Change[] = [];
  if (before === null) changes.push({ kind: "add-service", service });
  else if (!sameService(before, service)) changes.push({ kind: "edit-service", service, before });
  return [...changes, ...destinationChanges(before?.destinations ?? new Map(), service)];
}

function destinationChanges(before: Service["destinations"], after: Service): Change[] {
  const service = after.identity;
  const added: Change[] = [];
  const raised: Change[] = [];
  const lowered: Change[] = [];
  for (const [key, destination] of after.destinations) {
    const found = before.get(key);
    if (found === undefined) added.push({ kind: "add-destination", service, destination });
    else if (!sameDestination(found, destination))
      (destination.weight > 0 ? raised : lowered).push({
        kind: "edit-destination",
        service,
        destination,
        before: found,
      });
  }
  const deleted = Array.from(before)
    .filter(([key]) => !after.destinations.has(key))
    .map(([, destination]): Change => ({ kind: "delete-destination", service, destination }));
  return [...added, ...raised, ...lowered, ...deleted];
}
