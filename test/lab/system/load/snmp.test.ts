import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loopback } from "../../../checks/servers.ts";
import { freePort, ServerProgram } from "../../checks/server-program.ts";
import { asked, isLoad, workshop } from "../../load/measured.ts";

describe("snmp against snmpd", () => {
  it("reads laLoad or another value, with a community from a file", async () => {
    const port = await freePort();
    const settings = "rocommunity secret 127.0.0.1\nview all included .1\n";
    const file = workshop.file("snmpd.conf", settings);
    const communityFile = workshop.file("community", "secret\n");
    const args = ["-f", "-Lo", "-C", "-c", file, `udp:${loopback}:${port}`];
    const snmp = { type: "snmp", port, communityFile } as const;
    const ready = async (): Promise<boolean> => (await asked(snmp)).startsWith("load ");
    const program = await ServerProgram.start({ command: "snmpd", args, port, workshop, ready });
    try {
      isLoad(await asked(snmp));
      // laLoadInt.1, in hundredths.
      const oid = "1.3.6.1.4.1.2021.10.1.5.1";
      isLoad(await asked({ ...snmp, oid, divideBy: 100 }));
      assert.match(await asked({ ...snmp, oid: "1.3.6.1.9.9.9" }), /NoSuch/);
      assert.match(await asked({ ...snmp, communityFile: null }), /^SNMP agent at 127/);
    } finally {
      await program.stop();
    }
  });
});
