/**
 * What can be had of the desired table where the kernel refuses a part of it: that part stays as
 * the kernel has it, or is left out alone. Everything else is programmed as desired.
 */
import { printDestination, printService } from "../model/service.ts";
import {
  type Change,
  type Destination,
  type Service,
  sameDestination,
  sameService,
  type Table,
} from "./table.ts";

/** The key of the service that a change is about or in. */
export const serviceKeyOf = (change: Change): string =>
  printService("destination" in change ? change.service : change.service.identity);

/** What a change is about: `tcp 192.0.2.1:80`, or `tcp 192.0.2.1:80 -> 10.0.0.1:80`. */
export const partKeyOf = (change: Change): string =>
  "destination" in change
    ? `${serviceKeyOf(change)} -> ${printDestination(change.destination.identity)}`
    : serviceKeyOf(change);

/** Whether the table has the part that the change is about, in whatever form. */
export const hasPart = (table: Table, change: Change): boolean =>
  "destination" in change
    ? destinationIn(table, change) !== undefined
    : table.has(serviceKeyOf(change));

/** Whether the part that the change is about is the same in both tables, presence included. */
export function samePart(a: Table, b: Table, change: Change): boolean {
  if ("destination" in change) {
    const left = destinationIn(a, change);
    const right = destinationIn(b, change);
    if (left === undefined || right === undefined) return left === right;
    return left === right || sameDestination(left, right);
  }
  const left = a.get(serviceKeyOf(change));
  const right = b.get(serviceKeyOf(change));
  if (left === undefined || right === undefined) return left === right;
  return left === right || sameService(left, right);
}

/** Whether `desired` asks for exactly what the change would have made true. */
export function isAskedBy(desired: Table, change: Change): boolean {
  switch (change.kind) {
    case "add-service":
    case "edit-service": {
      const service = desired.get(serviceKeyOf(change));
      return service !== undefined && sameService(service, change.service);
    }
    case "add-destination":
    case "edit-destination": {
      const destination = destinationIn(desired, change);
      return destination !== undefined && sameDestination(destination, change.destination);
    }
    case "delete-service":
    case "delete-destination":
      return !hasPart(desired, change);
    default:
      return change satisfies never;
  }
}

/** Whether two changes of one part would make the same of it. */
export function sameResult(a: Change, b: Change): boolean {
  if (isDeletion(a) || isDeletion(b)) return a.kind === b.kind;
  if ("destination" in a)
    return "destination" in b && sameDestination(a.destination, b.destination);
  return !("destination" in b) && sameService(a.service, b.service);
}

export const isDeletion = ({ kind }: Change): boolean =>
  kind === "delete-service" || kind === "delete-destination";

/**
 * The table to plan for: `desired`, where a part of which an edit was refused is as it was before
 * that edit, and any other refused part as `actual` has it: what was to be added is left out, a
 * service with all its destinations.
 */
export function attainable(actual: Table, desired: Table, refused: Iterable<Change>): Table {
  const table = new Map(desired);
  const byService = Map.groupBy(refused, serviceKeyOf);
  for (const [key, changes] of byService) {
    const service = attainableService(actual.get(key), desired.get(key), changes);
    if (service === null) table.delete(key);
    else table.set(key, service);
  }
  return table;
}

function attainableService(
  found: Service | undefined,
  wanted: Service | undefined,
  refused: readonly Change[],
): Service | null {
  const ofService = refused.find((change) => !("destination" in change));
  if (wanted === undefined) return ofService === undefined ? null : (found ?? null);
  const before = ofService?.kind === "edit-service" ? ofService.before : (found ?? null);
  const settings = ofService === undefined ? wanted : before;
  if (settings === null) return null;
  const destinations = new Map(wanted.destinations);
  for (const change of refused) {
    if (!("destination" in change)) continue;
    const key = printDestination(change.destination.identity);
    const kept = destinationBefore(change) ?? found?.destinations.get(key) ?? null;
    if (kept === null) destinations.delete(key);
    else destinations.set(key, kept);
  }
  return { ...settings, destinations };
}

const destinationBefore = (change: Change): Destination | null =>
  change.kind === "edit-destination" ? change.before : null;

/**
 * The edit that takes back what a refused edit of a service has left half done in `after`; null
 * where it has changed nothing. The kernel unbinds the old scheduler before the new one can fail
 * to start (ip_vs_ctl.c, ip_vs_edit_service).
 */
export function undoOf(refused: Change, after: Table): Change | null {
  if (refused.kind !== "edit-service") return null;
  const found = after.get(serviceKeyOf(refused));
  if (found === undefined || sameService(found, refused.before)) return null;
  const { destinations } = found;
  return { kind: "edit-service", service: { ...refused.before, destinations }, before: found };
}

const destinationIn = (
  table: Table,
  change: Extract<Change, { readonly destination: Destination }>,
): Destination | undefined =>
  table
    .get(printService(change.service))
    ?.destinations.get(printDestination(change.destination.identity));
