/** Fields of the forms, and what a browser sends of them. */
import { type DescribedKeys, type Field, partsOf } from "../../../src/console/forms/field.ts";

export const field = (keys: DescribedKeys, name: string): Field => {
  const [part] = partsOf(keys, [name]);
  if (part?.kind !== "field") throw new Error(`${name} is no field`);
  return part;
};
