/** What can be edited of a document, and how a place in it is named. */

/** Names of keys and places in lists, from the top: `["virtual_servers", "web", "port"]`. */
export type KeyPath = readonly (string | number)[];

/** A value as JavaScript has it: what is written in the text. */
export type Written =
  | string
  | number
  | boolean
  | null
  | readonly Written[]
  | { readonly [key: string]: Written };

export type Edit =
  /** Gives a key this value; maps above it that are missing are made. */
  | { readonly kind: "set"; readonly path: KeyPath; readonly value: Written }
  | { readonly kind: "remove"; readonly path: KeyPath }
  /** Gives an entry of a map another name. */
  | { readonly kind: "rename"; readonly path: KeyPath; readonly to: string }
  /** Puts a copy of an entry of a map behind it, comments included. */
  | { readonly kind: "copy"; readonly path: KeyPath; readonly to: string }
  /** Exchanges an item of a list and the one behind it, comments included. */
  | { readonly kind: "lower"; readonly path: KeyPath }
  /** Makes a value the only item of a list in its place. */
  | { readonly kind: "list"; readonly path: KeyPath };

/** `value` under the keys of `path`. */
export const nested = (path: KeyPath, value: Written): Written =>
  path.reduceRight<Written>((inner, key) => ({ [String(key)]: inner }), value);
