/** After an upgrade the console may ask a daemon of an older version until that is restarted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { olderStatus } from "../../control/older-sample.ts";
import { serveConsole, visitorAs } from "../served-console.ts";

test("CONTROL/MONITORING shows what an older daemon says", async (t) => {
  const served = await serveConsole(t, {
    prepare: (daemon) => {
      daemon.current = olderStatus;
    },
  });
  const { status, text } = await (await visitorAs(served, "admin")).get("/control");
  assert.equal(status, 200, served.logged.join("\n"));
  assert.match(text, /0\.0\.9/);
  for (const { name, real_servers } of olderStatus.virtual_servers)
    for (const shown of [name, ...real_servers.map((each) => each.name)])
      assert.ok(text.includes(shown), shown);
  assert.doesNotMatch(text, /undefined|NaN/);
});
