/** The thread of config-thread.ts: answers the one question that it was started with. */
import { parentPort, workerData } from "node:worker_threads";
import { beyondControl, includedOnce, strangeIncludes } from "../../config/bounds.ts";
import { asYaml } from "../../config/import/piranha/as-yaml.ts";
import { readConfig } from "../../config/read-config.ts";
import { withSerial } from "../../config/saving/edit.ts";
import { diskFiles, passwordProblems, readKeyFile } from "../../system/file/config-files.ts";
import { keptFiles } from "../../system/file/kept-files.ts";
import type { Question } from "./config-question.ts";
import { mayRun } from "./config-store.ts";
import type { Refusals, Written } from "./running.ts";

function read({
  path,
  text,
  loaded,
  past,
  instead,
}: Question & { readonly kind: "read" }): Written | Refusals {
  const isOutside = text !== null && loaded !== null;
  if (isOutside && strangeIncludes(path, text, loaded).length > 0) {
    // Read only where it matters: they may be large.
    const strange = strangeIncludes(path, text, loaded, includedOnce(path, text, textsOf(past)));
    if (strange.length > 0) return { problems: strange };
  }
  const files =
    instead !== null
      ? keptFiles(instead)
      : text === null
        ? diskFiles
        : {
            ...diskFiles,
            read: (file: string) => (file === path ? { text } : diskFiles.read(file)),
          };
  const result = readConfig(path, files);
  if ("problems" in result) return result;
  const problems = passwordProblems(result.config, result.places);
  if (problems.length > 0) return { problems };
  const key = readKeyFile(result.config, result.places);
  return "problems" in key ? key : { ...result, keys: key.keys };
}

/** What can be read of them. */
const textsOf = (files: readonly string[]): readonly string[] =>
  files.flatMap((file) => {
    const read = diskFiles.read(file);
    return "text" in read ? [read.text] : [];
  });

function answer(question: Question): unknown {
  const { kind } = question;
  switch (kind) {
    case "read":
      return read(question);
    case "serial":
      return withSerial(asYaml(question.path, question.text) ?? question.text, question.serial);
    case "bounds": {
      const { path, text, present, past, next, before } = question;
      const problems = beyondControl(path, text, present, next, before, mayRun);
      if (problems.length === 0 || past.length === 0) return problems;
      const included = includedOnce(path, text, textsOf(past));
      return included.size === 0
        ? problems
        : beyondControl(path, text, present, next, before, mayRun, included);
    }
    default:
      return kind satisfies never;
  }
}

parentPort?.postMessage(answer(workerData));
