import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  decodeReply,
  encodeMessage,
  type Reply,
} from "../../../../src/control/cluster-messages.ts";
import { Answering } from "../../../../src/daemon/config/cluster/answering.ts";
import { OwnConfig } from "../../../../src/daemon/config/cluster/own-config.ts";
import type { Running } from "../../../../src/daemon/config/running.ts";
import { MachineError } from "../../../../src/model/error.ts";
import { first, Side, until } from "./side.ts";

const text = "# two\nserial: 2\n";

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** A router that answers; its disk and its loading go on when they are let. */
function answering(t: TestContext, fails: Error | null = null) {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-answering-"));
  // No listener comes up: the conversation is led by the test.
  const side = new Side("backup", 1, Uint8Array.from(randomBytes(32)), directory);
  t.after(async () => {
    await side.sync.close();
    rmSync(directory, { recursive: true });
  });
  const disk = gate();
  const loading = gate();
  const replace = side.store.replace.bind(side.store);
  side.store.replace = async (...given) => {
    await disk.opened;
    if (fails !== null) throw fails;
    await replace(...given);
  };
  const own = new OwnConfig({
    store: side.store,
    written: () => side.running,
    running: () => side.running,
    peer: () => ({ alive: true, mark: null }),
    alone: (work) => work(),
  });
  const next = side.read(text);
  const unasked = (): never => assert.fail("this is not asked for");
  const conversation = new Answering({
    own,
    store: side.store,
    judge: async () => ({
      next,
      plan: { ok: true, changes: [], settings: [], unchanged_services: 0, refused: [] },
    }),
    load: async (loaded: Running) => {
      await loading.opened;
      side.running = loaded;
      return [];
    },
    alone: (work) => work(),
    report: () => {},
    refused: unasked,
    review: unasked,
    lacks: unasked,
    possessions: unasked,
  });
  const asks = async (demand: Parameters<typeof encodeMessage>[0]): Promise<Reply> =>
    decodeReply(await conversation.hear(encodeMessage(demand))) as Reply;
  const { hash, serial } = next.config;
  const prepare = (): Promise<Reply> =>
    asks({ kind: "prepare", text, serial, hash, replaces: null, force: false });
  const commit = (): Promise<Reply> => asks({ kind: "commit", hash });
  return { side, own, disk, loading, conversation, prepare, commit };
}

test("a leader that is gone while the file is written lets no other saving begin", async (t) => {
  const { side, own, disk, loading, conversation, prepare, commit } = answering(t);
  assert.equal((await prepare()).kind, "good");
  const answer = commit();
  conversation.closed();
  assert.equal(own.busy, true, "the file is being written");
  disk.open();
  assert.equal((await answer).kind, "good");
  assert.equal(side.text, text);
  assert.equal(own.busy, true, "what was written is not loaded yet");
  loading.open();
  await until("the next saving may begin", () => !own.busy);
  assert.equal(side.running.config.serial, 2);
});

test("a file that cannot be written lets the next saving begin, whoever is gone", async (t) => {
  const { side, own, disk, conversation, prepare, commit } = answering(t, new MachineError("full"));
  await prepare();
  const answer = commit();
  conversation.closed();
  disk.open();
  assert.equal((await answer).kind, "bad");
  assert.deepEqual([own.busy, side.text], [false, first]);
});

test("a conversation that was over before the text was judged stores nothing", async (t) => {
  const { side, own, disk, conversation, prepare, commit } = answering(t);
  disk.open();
  const judged = prepare();
  conversation.closed();
  assert.equal(own.busy, false);
  await judged;
  assert.equal((await commit()).kind, "bad");
  assert.deepEqual([own.busy, side.text], [false, first]);
});
