/** `http` with a whole URL against tinyproxy, which fetches it from a server of a few lines. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { freePort, ServerProgram, Workshop } from "./server-program.ts";
import { tryAt } from "./trials.ts";

describe("http against a proxy, tinyproxy", () => {
  const workshop = new Workshop();
  const asked: string[] = [];
  const origin = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.host}`);
    response.end("all is well");
  });
  let program: ServerProgram;
  let site: string;
  before(async () => {
    await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
    site = `127.0.0.1:${(origin.address() as AddressInfo).port}`;
    const port = await freePort();
    const file = workshop.file(
      "tinyproxy.conf",
      `Port ${port}\nListen 127.0.0.1\nTimeout 5\nLogLevel Error\nAllow 127.0.0.1\n`,
    );
    program = await ServerProgram.start({
      command: "tinyproxy",
      args: ["-d", "-c", file],
      port,
      workshop,
    });
  });
  after(async () => {
    await program.stop();
    origin.close();
    workshop.remove();
  });

  it("passes what the proxy brings", async () => {
    const check = `type: http, path: "http://${site}/health?a=1", expect: well`;
    assert.equal(await tryAt(check, program.endpoint), "passed");
    assert.deepEqual(asked, [`GET /health?a=1 ${site}`]);
  });

  it("fails with the proxy's own status where it reaches no server", async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    assert.match(
      await tryAt(`type: http, path: "http://${nobody}/"`, program.endpoint),
      /^unexpected: status 500, expected 200-299$/,
    );
  });
});
