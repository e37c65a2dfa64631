import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { ms } from "../../../../src/model/time.ts";
import { loopback } from "../../../checks/servers.ts";
import { asked } from "../../load/measured.ts";

describe("agent", () => {
  const listening = async (
    said: string | null,
  ): Promise<{ readonly port: number; readonly heard: () => string; close(): void }> => {
    let heard = "";
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        heard += bytes;
        if (said !== null) socket.end(said);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
    const bound = server.address();
    assert.ok(bound !== null && typeof bound === "object");
    return { port: bound.port, heard: () => heard, close: () => server.close() };
  };

  it("reads a line, sends what it is to, and fails in time", async () => {
    const half = await listening("50% up\n");
    assert.equal(await asked({ port: half.port, send: "rs1\\n" }), "load null 0.5");
    assert.equal(half.heard(), "rs1\n");
    const mute = await listening(null);
    const silent = await asked({ port: mute.port, timeout: ms(100) });
    assert.equal(silent, `agent at 127.0.0.1 port ${mute.port}: no answer within 100 ms`);
    const garbage = await listening("<html>\n");
    assert.equal(await asked({ port: garbage.port, send: "?" }), 'the agent said "<html>"');
    for (const each of [half, mute, garbage]) each.close();
    assert.match(await asked({ port: half.port }), /ECONNREFUSED/);
  });
});
