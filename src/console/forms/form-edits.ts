/** From a form that was sent to edits of the text: only what differs from what was shown. Pure. */
import type { Document } from "yaml";
import type { Edit, KeyPath } from "../../config/editing/edit.ts";
import type { Field, Group, Part } from "./field.ts";
import { isUsed, shownAt, writtenFor } from "./value.ts";

/** The names of inputs: a key's value, and whether an optional group is used. */
export const inputName = (name: string): string => `k.${name}`;
export const useName = (name: string): string => `use.${name}`;

export interface FormEdits {
  readonly edits: readonly Edit[];
  /** Fields whose text is no YAML, by name. */
  readonly unreadable: readonly string[];
}

/** `root`: what the form is about, from the top of the document. */
export function formEdits(
  form: URLSearchParams,
  parts: readonly Part[],
  { document, root }: { readonly document: Document; readonly root: KeyPath },
): FormEdits {
  const edits: Edit[] = [];
  const unreadable: string[] = [];
  for (const part of parts) {
    const one =
      part.kind === "field"
        ? fieldEdits(form, part, document, root)
        : groupEdits(form, part, document, root);
    edits.push(...one.edits);
    unreadable.push(...one.unreadable);
  }
  return { edits, unreadable };
}

function fieldEdits(
  form: URLSearchParams,
  field: Field,
  document: Document,
  root: KeyPath,
): FormEdits {
  const given = form.get(inputName(field.name));
  const path = [...root, ...field.path];
  if (given === null || same(given, shownAt(document, path, field)))
    return { edits: [], unreadable: [] };
  const written = writtenFor(field, given);
  if (written.kind === "unreadable") return { edits: [], unreadable: [field.name] };
  if (written.kind === "value")
    return { edits: [{ kind: "set", path, value: written.value }], unreadable: [] };
  return { edits: [{ kind: "remove", path }], unreadable: [] };
}

function groupEdits(
  form: URLSearchParams,
  group: Group,
  document: Document,
  root: KeyPath,
): FormEdits {
  const inner = formEdits(form, group.parts, { document, root });
  const isSent = [...form.keys()].some((name) => name.startsWith(inputName(`${group.name}.`)));
  if (!group.optional || !isSent) return inner;
  const path = [...root, ...group.path];
  const isThere = isUsed(document, path);
  if (isThere && !form.has(useName(group.name)))
    return { edits: [{ kind: "remove", path }], unreadable: [] };
  const isFilled = inner.edits.some(({ kind }) => kind === "set");
  if (isThere || isFilled || inner.unreadable.length > 0) return inner;
  const begun: readonly Edit[] = form.has(useName(group.name))
    ? [{ kind: "set", path, value: {} }]
    : [];
  return { edits: begun, unreadable: [] };
}

/** Spaces at the ends and the kind of line ends are no difference. */
const same = (given: string, shown: string): boolean =>
  given.replaceAll("\r\n", "\n").trim() === shown.trim();
