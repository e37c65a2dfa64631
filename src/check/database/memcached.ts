/** `memcached`: the server says its version (https://github.com/memcached/memcached, doc/protocol.txt). */
import { targetKeys } from "../check-keys.ts";
import type { Dialogue } from "../dialogue.ts";
import { hear, leave, lineDialogue, say, type Talk, unexpected } from "../line-protocol.ts";
import { checkType } from "../type.ts";

export const memcachedDialogue = (): Dialogue => lineDialogue(memcachedTalk());

function* memcachedTalk(): Talk<void> {
  yield* say("version");
  const line = yield* hear("version");
  if (!/^VERSION \S/.test(line)) yield* unexpected("VERSION", "version", line);
  yield* leave("quit");
}

export const memcached = checkType({
  name: "memcached",
  does: "connects and asks for the version (text protocol)",
  passes: "the answer begins with VERSION",
  help: ["- Nothing is read from the cache and nothing is written."],
  keys: targetKeys,
  reasons: {
    unexpected: "`ERROR`: the server wants a login (SASL) or speaks the binary protocol alone",
    closed: "the server's limit of connections (`-c`), or it wants TLS",
  },
  example: "{ type: memcached, port: 11211 }",
  settle: ({ address, port }) => ({ address, port }),
  runs: {
    by: "dialogue",
    transport: () => ({ protocol: "tcp", tls: null }),
    begin: memcachedDialogue,
  },
});
