import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveConsole } from "../served-console.ts";
import { converse } from "./asked.ts";

describe("the console's assets", () => {
  it("give no file of the machine, however the path is written", async (t) => {
    const { url, stateDir } = await serveConsole(t);
    const paths = [
      "/assets/../../../../etc/passwd",
      "/assets/..%2f..%2f..%2fetc%2fpasswd",
      "/assets/%2e%2e/%2e%2e/etc/passwd",
      "/..%5c..%5cetc/passwd",
      `/assets/${stateDir}/users.json`,
      "/assets//etc/passwd",
    ];
    const { port } = new URL(url);
    for (const path of paths) {
      const said = await converse(
        Number(port),
        `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      );
      assert.match(said, /^HTTP\/1\.1 (?:404|400|303)/, path);
      assert.doesNotMatch(said, /root:|scrypt/, path);
    }
  });
});
