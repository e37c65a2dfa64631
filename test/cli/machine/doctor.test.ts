import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { lvsd, serve, temporary } from "../recorder.ts";

test("doctor without a daemon: findings as text and as JSON, status 1 where service is prevented", async (t) => {
  const directory = temporary(t);
  const file = join(directory, "lvsd.yaml");
  writeFileSync(
    file,
    "routers: { primary: { public: 198.18.77.1 }, backup: { public: 198.18.77.2 } }\nheartbeat: { key_file: missing.key }\nvips: [{ address: 198.18.77.10/24, device: nowhere0 }]\n",
  );
  const words = ["doctor", "-c", file, "--run-dir", directory];
  const said = await lvsd(words);
  assert.equal(said.status, 1);
  assert.match(said.out, /^prevents service\n/);
  assert.match(said.out, /missing\.key is not there\n {6}lvsd keygen -o .*missing\.key\n/);
  assert.match(said.out, /this machine is none of the routers; no daemon answers/);
  const asJson = await lvsd([...words, "--json"]);
  const report = JSON.parse(asJson.out);
  assert.deepEqual([asJson.status, report.ok, report.daemon], [1, false, false]);
  const facts = join(directory, "peer.json");
  writeFileSync(facts, asJson.out);
  assert.equal((await lvsd([...words, "--peer", facts])).status, 1);
  writeFileSync(facts, "{}");
  const wrong = await lvsd([...words, "--peer", facts]);
  assert.equal(wrong.status, 2);
  assert.match(wrong.error, /this is not what lvsd doctor --json prints/);
  writeFileSync(file, "routers: {}\n");
  assert.equal((await lvsd(words)).status, 2);
});

test("doctor has the daemon ask the peer, and says why where that cannot be", async (t) => {
  const { runDir, daemon } = await serve(t);
  const file = join(runDir, "lvsd.yaml");
  writeFileSync(
    file,
    "routers: { primary: { public: 198.18.77.1 }, backup: { public: 198.18.77.2 } }\nheartbeat: { key_file: missing.key }\nfailover: { fence: { command: [/bin/true] } }\nvips: [{ address: 198.18.77.10/24, device: nowhere0 }]\n",
  );
  const words = ["doctor", "-c", file, "--run-dir", runDir];
  const unknown = await lvsd(words);
  assert.match(unknown.out, /; nothing is known of the peer: the peer is dead\n$/);
  const networks = { nowhere0: ["198.18.77.0/24"] };
  const has = { files: { "/bin/true": null }, networks, version: "0.1.0", configHash: null };
  daemon.peerKnown = { peer: { has: { ...has, clock: 0 }, askedAt: 9000 }, why: null };
  const asked = await lvsd(words);
  assert.match(asked.out, /\/bin\/true is not on the peer\n/);
  assert.match(asked.out, /the routers' clocks are 9 s apart\n/);
  assert.doesNotMatch(asked.out, /nothing is known of the peer/);
  const report = JSON.parse((await lvsd([...words, "--json"])).out);
  assert.deepEqual([report.peer.networks, report.peer_unknown], [networks, null]);
});
