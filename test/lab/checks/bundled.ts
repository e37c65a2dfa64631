/**
 * The client libraries as they get installed: a check's driver out of dist/lvsd, where a library
 * that asks for something at run time would not find it.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { CheckResult } from "../../../src/checks/check-result.ts";
import type { Driver } from "../../../src/checks/drivers.ts";
import type { Endpoint } from "../../../src/checks/target.ts";
import { seconds } from "../../../src/model/time.ts";
import { root } from "../../checkout.ts";
import { checkOf } from "./trials.ts";

/** Tries by the bundled driver. `make build` comes first, as `make test` does it. */
export async function tryBundled(
  driver: string,
  written: string,
  endpoint: Endpoint,
): Promise<CheckResult> {
  const bundle = join(root, "dist/lvsd");
  const name = new RegExp(`^${driver}-[A-Z0-9]+\\.mjs$`);
  const files = readdirSync(bundle).filter((file) => name.test(file));
  assert.equal(files.length, 1, `${driver} is one module of the bundle: ${files}`);
  const module: Record<string, unknown> = await import(join(bundle, files[0] ?? ""));
  const [run] = Object.entries(module).filter(([name]) => name.startsWith("try"));
  assert.ok(run !== undefined);
  const deadline = { signal: AbortSignal.timeout(5000), timeout: seconds(5) };
  return (run[1] as Driver)(checkOf(written) as never, endpoint, deadline);
}
