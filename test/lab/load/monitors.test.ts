/** Load monitors against Debian's daemons: rpc.rstatd, rwhod, snmpd, node_exporter. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { asked, workshop } from "./measured.ts";

after(() => workshop.remove());

describe("command", () => {
  it("reads what it prints, and says why it failed", async () => {
    const command = "/bin/sh";
    const run = (script: string) => asked({ type: "command", command, args: ["-c", script] });
    assert.equal(await run("echo load average: 1.40, 2, 3"), "load 1.4 0.75");
    assert.equal(await run("echo oops >&2; exit 3"), "/bin/sh: status 3: oops");
    assert.equal(await run("true"), "/bin/sh: it printed nothing");
    assert.equal(await run("sleep 5"), "/bin/sh: it did not end within 1000 ms");
  });
});
