/** Asks one load monitor and prints what came of it as JSON; run inside a test's own namespaces. */
import { readFileSync, writeFileSync } from "node:fs";
import { messageOf } from "../../../src/model/error.ts";
import { ms } from "../../../src/model/time.ts";
import { askRstat } from "../../../src/system/load/rstat.ts";
import { RwhoReports } from "../../../src/system/load/rwho-reports.ts";

const [what = "", address = "", name = ""] = process.argv.slice(2);
const signal = new AbortController().signal;
/** rwhod speaks when it is started, in ms. */
const patience = 10_000;

async function ask(): Promise<number> {
  if (what === "rup") return askRstat({ address, port: null, timeout: ms(2000), signal });
  const reports = new RwhoReports();
  if (what === "ruptime") reports.open();
  // The script starts rwhod, which speaks once, when this stands.
  while (what === "ruptime" && !readFileSync("/proc/net/udp", "latin1").includes(":0201 "))
    await new Promise((resolve) => setTimeout(resolve, 20));
  writeFileSync("/run/listening", "yes\n");
  for (const end = performance.now() + patience; ; ) {
    try {
      return await reports.load(address, name);
    } catch (thrown) {
      if (performance.now() > end) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

await ask().then(
  (load) => console.log(JSON.stringify({ load })),
  (thrown) => console.log(JSON.stringify({ trouble: messageOf(thrown) })),
);
process.exit(0);
