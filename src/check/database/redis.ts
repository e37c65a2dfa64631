/** `redis`: PING, a login where it is wanted, and the role (https://redis.io/docs/reference/protocol-spec/). */
import { optional } from "../../keys/section.ts";
import { choice } from "../../keys/shape.ts";
import { loginKeys, settleTls, targetKeys, tcpInTls, tlsKeys } from "../check-keys.ts";
import type { Dialogue } from "../dialogue.ts";
import { hear, leave, lineDialogue, say, type Talk, unexpected } from "../line-protocol.ts";
import { checkType } from "../type.ts";

type Role = "master" | "slave" | "any";

export interface RedisSession {
  readonly user: string | null;
  readonly password: string | null;
  readonly role: Role;
}

export const redisDialogue = (session: RedisSession): Dialogue =>
  lineDialogue(redisTalk(session), {
    secrets: session.password === null ? [] : [session.password],
  });

function* redisTalk({ user, password, role }: RedisSession): Talk<void> {
  if (password !== null) {
    yield* say(user === null ? request("AUTH", password) : request("AUTH", user, password));
    yield* hearLine("+OK", "AUTH");
  }
  yield* say(request("PING"));
  yield* hearLine("+PONG", "PING");
  if (role !== "any") yield* wantRole(role);
  yield* leave(request("QUIT"));
}

/** A request is an array of bulk strings, so that a password may hold anything. */
const request = (...words: readonly string[]): string =>
  [`*${words.length}`, ...words.flatMap((word) => [`$${Buffer.byteLength(word)}`, word])].join(
    "\r\n",
  );

function* hearLine(wanted: string, after: string): Talk<void> {
  const line = yield* hear(after);
  if (line !== wanted) yield* unexpected(wanted, after, line);
}

/** The answer to ROLE is an array whose first element is the role; the rest is not looked at. */
function* wantRole(role: "master" | "slave"): Talk<void> {
  yield* say(request("ROLE"));
  const array = yield* hear("ROLE");
  if (!/^\*\d{1,2}$/.test(array)) yield* unexpected("an array", "ROLE", array);
  const length = yield* hear("ROLE");
  if (!/^\$\d{1,2}$/.test(length)) yield* unexpected("a bulk string", "ROLE", length);
  const found = yield* hear("ROLE");
  if (found !== role) yield* unexpected(`the role ${role}`, "ROLE", found);
}

export const redis = checkType({
  name: "redis",
  does: "connects, logs in if it has a login (AUTH), sends PING, and requests the role",
  passes: "the answer is PONG, and the role is `role`",
  help: [
    "- With `role: master` real servers that have become replicas of another leave the table, so that",
    "  clients write to the master alone; with `role: slave` the master does. `any`: either is accepted.",
    "- `password_file` alone logs in as the user `default` (`requirepass`); with `user` as that one (ACL).",
    "- A server that is still loading its data answers `-LOADING` and fails.",
    "- Without `tls` the password is sent in the clear.",
  ],
  keys: {
    ...targetKeys,
    ...loginKeys,
    role: optional(
      choice("role", ["master", "slave", "any"]),
      "none; needed",
      "The role that the server must have: `master`, `slave` (a replica), or `any`.",
    ),
    ...tlsKeys,
  },
  reasons: {
    unexpected:
      "what the server says: `-NOAUTH` needs `password_file`, `-WRONGPASS` another one, `-LOADING` time, `-DENIED` a bind address; or the role has moved",
    closed: "does the server speak TLS on this port (`tls`); its limit `maxclients`",
  },
  example: "{ type: redis, port: 6379, role: master, password_file: redis.password }",
  settle(values, context) {
    const { address, port, user, password_file: file, role } = values;
    const tls = settleTls(values.tls, context);
    if (role === null) {
      const hint = "add `role: master`, `role: slave` or `role: any`";
      context.complain(null, "role is missing", hint);
    }
    if (user !== null && file === null)
      context.complain("user", "there is no `password_file`", "add `password_file:`");
    if (role === null || tls === undefined || (user !== null && file === null)) return undefined;
    const passwordFile = file === null ? null : context.absolute(file);
    return { address, port, user, passwordFile, role, tls };
  },
  runs: {
    by: "dialogue",
    transport: (check) => tcpInTls(check),
    begin: ({ user, role }, { password }) => redisDialogue({ user, password, role }),
  },
});
