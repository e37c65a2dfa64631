/** The thread of config-thread.ts: answers the one question that it was started with. */
import { parentPort, workerData } from "node:worker_threads";
import { beyondControl, strangeIncludes } from "../../config/bounds.ts";
import { type Files, readConfig } from "../../config/read-config.ts";
import { withSerial } from "../../config/saving/edit.ts";
import { diskFiles, passwordProblems, readKeyFile } from "../../system/file/config-files.ts";
import type { Question } from "./config-question.ts";
import { mayRun } from "./config-store.ts";
import type { Refusals, Written } from "./running.ts";

function read(path: string, text: string | null, loaded: string | null): Written | Refusals {
  const strange = text === null || loaded === null ? [] : strangeIncludes(path, text, loaded);
  if (strange.length > 0) return { problems: strange };
  const files: Files =
    text === null
      ? diskFiles
      : { ...diskFiles, read: (file) => (file === path ? { text } : diskFiles.read(file)) };
  const result = readConfig(path, files);
  if ("problems" in result) return result;
  const problems = passwordProblems(result.config, result.places);
  if (problems.length > 0) return { problems };
  const key = readKeyFile(result.config, result.places);
  return "problems" in key ? key : { ...result, keys: key.keys };
}

function answer(question: Question): unknown {
  const { kind, path, text } = question;
  switch (kind) {
    case "read":
      return read(path, text, question.loaded);
    case "serial":
      return withSerial(text, question.serial);
    case "bounds": {
      const { present, next, before } = question;
      return beyondControl(path, text, present, next, before, mayRun);
    }
    default:
      return kind satisfies never;
  }
}

parentPort?.postMessage(answer(workerData));
