/** lvsd.schema.json, printed from the description that the reader reads by (src/config/schema/root.ts). */

import { checkMapJson, checkShape } from "../src/config/schema/check.ts";
import { rootKeys } from "../src/config/schema/root.ts";
import { virtualServerSection } from "../src/config/schema/virtual-server.ts";
import { section } from "../src/keys/section.ts";
import type { JsonSchema } from "../src/keys/shape.ts";

/** What stands in several places is printed once and referred to. */
const definitions: ReadonlyMap<unknown, string> = new Map([
  [checkMapJson, "check"],
  [checkShape.json, "checks"],
  [virtualServerSection.json, "virtual_server"],
]);

/** The schema as editors read it. What it cannot say (rules between keys) `lvsd check` says. */
export function jsonSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "lvsd configuration",
    description: "The configuration of lvsd, a highly available layer-4 load balancer.",
    ...inside(section(rootKeys).json),
    type: "object",
    required: ["routers"],
    definitions: Object.fromEntries(
      [...definitions].map(([json, name]) => [name, inside(json as JsonSchema)]),
    ),
  };
}

export const printSchema = (): string => `${JSON.stringify(jsonSchema(), null, 2)}\n`;

const inside = (json: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(json).map(([key, value]) => [key, referred(value)]));

function referred(json: unknown): unknown {
  const name = definitions.get(json);
  if (name !== undefined) return { $ref: `#/definitions/${name}` };
  if (Array.isArray(json)) return json.map(referred);
  return typeof json === "object" && json !== null ? inside(json as JsonSchema) : json;
}
