/** Examines the machine that it runs on: prints what is found, or what was learned, as JSON. */
import { examine } from "../../../src/advice/findings/findings.ts";
import { readConfig } from "../../../src/config/read-config.ts";
import { gather } from "../../../src/system/examination/gather.ts";
import { diskFiles } from "../../../src/system/file/config-files.ts";

const [path = "", state = "standby"] = process.argv.slice(2);
const read = readConfig(path, diskFiles);
if ("problems" in read) throw new Error(JSON.stringify(read.problems));
const facts = await gather({
  config: read.config,
  role: "primary",
  needs: read.places.checkNeeds,
  daemon: {
    state: state === "active" ? "active" : "standby",
    unreached: [],
    unresolved: [],
    peer: null,
  },
  peer: null,
});
const found = examine(facts).map(({ finding, seen }) => `${finding}: ${seen}`);
console.log(found.join("\n"));
