/** Rewrites what is printed from the code: lvsd.schema.json and docs/configuration.md. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationDoc } from "./configuration-doc.ts";
import { printSchema } from "./json-schema.ts";

const top = join(import.meta.dirname, "..");
mkdirSync(join(top, "docs"), { recursive: true });
writeFileSync(join(top, "lvsd.schema.json"), printSchema());
writeFileSync(join(top, "docs/configuration.md"), configurationDoc());
