/**
 * Reads a configuration in a thread of its own: the files, the YAML, every rule and the key file.
 * A slow disk or a file with 50,000 real servers takes seconds, and the heartbeat must not wait.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type Files, readConfig } from "../config/read-config.ts";
import { diskFiles, readKeyFile } from "../system/config-files.ts";
import type { Refusals, Written } from "./configuration.ts";

/** `text` stands for the main file's content before it is stored; null: as it is on the disk. */
function read({ path, text }: { path: string; text: string | null }): Written | Refusals {
  const files: Files =
    text === null
      ? diskFiles
      : { ...diskFiles, read: (file) => (file === path ? { text } : diskFiles.read(file)) };
  const result = readConfig(path, files);
  if ("problems" in result) return result;
  const key = readKeyFile(result.config, result.places);
  return "problems" in key ? key : { ...result, keys: key.keys };
}

parentPort?.postMessage(read(workerData));
