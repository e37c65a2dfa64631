import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seconds } from "../../../../src/model/time.ts";
import { loopback } from "../../../checks/servers.ts";
import { freePort, ServerProgram } from "../../checks/server-program.ts";
import { asked, isLoad, workshop } from "../../load/measured.ts";

describe("prometheus against node_exporter", () => {
  it("reads the load of each processor; refused where nothing listens", async () => {
    const port = await freePort();
    const args = [`--web.listen-address=${loopback}:${port}`, "--log.level=error"];
    const command = "prometheus-node-exporter";
    const program = await ServerProgram.start({ command, args, port, workshop });
    try {
      isLoad(await asked({ type: "prometheus", port, timeout: seconds(10) }));
    } finally {
      await program.stop();
    }
    assert.match(await asked({ type: "prometheus", port }), /^http:\/\/127.*ECONNREFUSED/);
  });
});
