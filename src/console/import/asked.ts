/** What a form of IMPORT says: the files, and what the operator knows that they do not say. */
import {
  type ForeignFile,
  type GivenRouter,
  type ImporterName,
  type ImportOptions,
  importDefaults,
  importerNames,
} from "../../config/import/imported.ts";
import { parseAddress } from "../../model/address.ts";
import type { Form } from "../panel.ts";

export interface AskedImport {
  readonly files: readonly ForeignFile[];
  /** Null: recognised by the content. */
  readonly from: ImporterName | null;
  readonly options: ImportOptions;
  /** As typed. */
  readonly typed: Readonly<Record<RouterField, string>>;
  /** Fields that hold no address. */
  readonly wrong: readonly RouterField[];
}

export const routerFields = ["primary", "primary2", "backup", "backup2"] as const;
export type RouterField = (typeof routerFields)[number];

export const nothingAsked: AskedImport = {
  files: [],
  from: null,
  options: importDefaults,
  wrong: [],
  typed: { primary: "", primary2: "", backup: "", backup2: "" },
};

export function askedImport(form: Form): AskedImport {
  const names = form.getAll("name");
  const files = form.getAll("text").flatMap((text, at): ForeignFile[] => {
    if (text.trim() === "") return [];
    const name = (names[at] ?? "").trim().slice(0, 200);
    // Forms end each line with CR LF (WHATWG HTML, section 4.10.21.5).
    return [{ name: name || `pasted-${at + 1}`, text: text.replaceAll("\r\n", "\n") }];
  });
  const typed = Object.fromEntries(
    routerFields.map((field) => [field, (form.get(field) ?? "").trim().slice(0, 100)]),
  ) as AskedImport["typed"];
  const wrong = routerFields.filter(
    (field) => typed[field] !== "" && parseAddress(typed[field]) === null,
  );
  const from = form.get("from");
  return {
    files,
    from: importerNames.find((name) => name === from) ?? null,
    typed,
    wrong,
    options: {
      ...importDefaults,
      primary: routerOf(typed.primary, typed.primary2),
      backup: routerOf(typed.backup, typed.backup2),
      lenient: form.get("lenient") === "yes",
      fold: form.get("fold") === "yes",
      instance: (form.get("instance") ?? "").trim().slice(0, 200) || null,
    },
  };
}

const routerOf = (first: string, second: string): GivenRouter | null =>
  first === "" ? null : { public: first, private: second === "" ? null : second };
