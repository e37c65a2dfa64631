/** Rewrites what is printed from the code: lvsd.schema.json, docs/configuration.md, checks.md, control.md and events.md. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checksDoc } from "./checks-doc.ts";
import { configurationDoc } from "./configuration-doc.ts";
import { controlDoc } from "./control-doc.ts";
import { doctorDoc } from "./doctor-doc.ts";
import { eventsDoc } from "./events-doc.ts";
import { printSchema } from "./json-schema.ts";

const top = join(import.meta.dirname, "..");
mkdirSync(join(top, "docs"), { recursive: true });
writeFileSync(join(top, "lvsd.schema.json"), printSchema());
writeFileSync(join(top, "docs/configuration.md"), configurationDoc());
writeFileSync(join(top, "docs/checks.md"), checksDoc());
writeFileSync(join(top, "docs/control.md"), controlDoc());
writeFileSync(join(top, "docs/events.md"), eventsDoc());
writeFileSync(join(top, "docs/doctor.md"), doctorDoc());
