/**
 * Reads a configuration in a thread of its own: the files, the YAML, every rule and the key file.
 * A slow disk or a file with 50,000 real servers takes seconds, and the heartbeat must not wait.
 */
import { parentPort, workerData } from "node:worker_threads";
import { readConfig } from "../config/read-config.ts";
import { diskFiles, readKeyFile } from "../system/config-files.ts";
import type { Refusals, Written } from "./configuration.ts";

function read(path: string): Written | Refusals {
  const result = readConfig(path, diskFiles);
  if ("problems" in result) return result;
  const key = readKeyFile(result.config, result.places);
  return "problems" in key ? key : { ...result, keys: key.keys };
}

parentPort?.postMessage(read(String(workerData)));
