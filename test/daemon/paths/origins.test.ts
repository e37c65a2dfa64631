import assert from "node:assert/strict";
import { test } from "node:test";
import type { Endpoint } from "../../../src/checks/target.ts";
import { Transcript } from "../../../src/checks/transcript.ts";
import type { Running } from "../../../src/daemon/config/running.ts";
import { fromOrigins } from "../../../src/daemon/paths/origins.ts";
import { ms } from "../../../src/model/time.ts";
import { config, tcpCheck } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const nothing = { source: null, port: null, device: null, mark: null };
const endpoint = { address: address("10.0.0.1"), port: 80 };

async function tried(from: object | null, own: string | null = "10.0.0.9") {
  const went: Endpoint[] = [];
  const router = { public: address("192.0.2.9"), private: own === null ? null : address(own) };
  const running = {
    config: { ...config(), routers: { primary: router, backup: router } },
    role: "backup",
  };
  const transcript = new Transcript();
  const run = fromOrigins(
    async (_check, at) => {
      went.push(at);
      return { kind: "passed", took: ms(1) };
    },
    () => running as unknown as Running,
  );
  const check = { ...tcpCheck(), ...(from !== null && { from: { ...nothing, ...from } }) };
  const end = await run(check, endpoint, new AbortController().signal, transcript);
  return { end, went, notes: transcript.steps().map(({ text }) => text) };
}

test("a check without an origin goes as it is", async () => {
  assert.deepEqual((await tried(null)).went, [endpoint]);
});

test("an origin is this router's, and is shown in the conversation", async () => {
  const from = { source: "private", port: 7, device: "eth1", mark: 21 };
  const { went, notes } = await tried(from);
  assert.deepEqual(went, [{ ...endpoint, origin: { ...from, source: "10.0.0.9" } }]);
  assert.deepEqual(notes, ["from 10.0.0.9, from port 7, by eth1, with mark 21"]);
});

test("an address that this router lacks is its own fault, and nothing is sent", async () => {
  const { end, went } = await tried({ source: "private" }, null);
  assert.deepEqual(went, []);
  assert.ok(end.kind === "failed");
  assert.equal(`${end.reason}: ${end.why}`, "local: routers.backup has no private address");
});
