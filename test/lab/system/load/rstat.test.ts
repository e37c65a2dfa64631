import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inside } from "../../load/measured.ts";

describe("rup against rpc.rstatd", () => {
  // With a socket for its input rstatd would take itself for a child of inetd.
  it("finds it by the port mapper and reads the load of a minute", async () => {
    const { load, trouble } = await inside("rpcbind -w; rpc.rstatd </dev/null; ASK rup 127.0.0.1");
    assert.equal(trouble, undefined);
    assert.ok(load !== undefined && load >= 0 && load < 1000);
  });

  it("says what the port mapper does not know", async () => {
    const { trouble } = await inside("rpcbind -w; ASK rup 127.0.0.1");
    assert.match(trouble ?? "", /^rstatd at 127\.0\.0\.1: .*knows no rstatd over UDP$/);
  });

  it("fails where nothing answers", async () => {
    const { trouble } = await inside("ASK rup 127.0.0.1");
    assert.match(trouble ?? "", /^rstatd at 127\.0\.0\.1: port 111: /);
  });
});
