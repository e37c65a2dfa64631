/** `memcached`: the server says its version (https://github.com/memcached/memcached, doc/protocol.txt). */
import { loginKeys, settleLogin, settleTls, targetKeys, tcpInTls, tlsKeys } from "../check-keys.ts";
import type { Dialogue } from "../dialogue.ts";
import { hear, leave, lineDialogue, say, type Talk, unexpected, wrong } from "../line-protocol.ts";
import { checkType } from "../type.ts";

interface Login {
  readonly user: string | null;
  readonly password: string | null;
}

export const memcachedDialogue = (login: Login): Dialogue =>
  lineDialogue(memcachedTalk(login), { secrets: login.password === null ? [] : [login.password] });

function* memcachedTalk({ user, password }: Login): Talk<void> {
  if (user !== null && password !== null) {
    // Where no login is wanted, the password would be stored for everybody to read.
    yield* say("version");
    const refusal = yield* hear("version");
    if (/^VERSION \S/.test(refusal))
      yield* wrong("it wants no login: it says its version without one", refusal);
    if (!refusal.startsWith("CLIENT_ERROR"))
      yield* unexpected("CLIENT_ERROR before the login", "version", refusal);
    // doc/protocol.txt, "Authentication": a `set` of any key, whose value is the name and the
    // password; nothing is stored.
    const value = `${user} ${password}`;
    yield* say(`set lvsd 0 0 ${Buffer.byteLength(value)}\r\n${value}`);
    const line = yield* hear("the login");
    if (line !== "STORED") yield* unexpected("STORED", "the login", line);
  }
  yield* say("version");
  const line = yield* hear("version");
  if (!/^VERSION \S/.test(line)) yield* unexpected("VERSION", "version", line);
  yield* leave("quit");
}

export const memcached = checkType({
  name: "memcached",
  does: "connects, logs in if it has a login, and asks for the version (text protocol)",
  passes: "the answer begins with VERSION, and the login is accepted",
  help: [
    "- Nothing is read from the cache and nothing is written.",
    "- A login is that of the text protocol (`memcached -Y FILE`). A server that wants SASL (`-S`) speaks",
    "  the binary protocol alone: check it with `tcp`. One that wants no login would store the password as",
    "  a value: it is not sent there, and the check fails.",
    "- Without `tls` the password is sent in the clear.",
  ],
  keys: { ...targetKeys, ...loginKeys, ...tlsKeys },
  reasons: {
    unexpected:
      "`CLIENT_ERROR unauthenticated`: the server wants a login; `authentication failure`: another one; `VERSION` without a login: it was started without `-Y`; `ERROR`: it speaks the binary protocol alone (SASL), or stores what clients without a login send",
    closed: "the server's limit of connections (`-c`); does it speak TLS on this port (`tls`)",
  },
  example: "{ type: memcached, port: 11211 }",
  settle(values, context) {
    const login = settleLogin(values, context);
    const tls = settleTls(values.tls, context);
    if (login === undefined || tls === undefined) return undefined;
    return { address: values.address, port: values.port, ...login, tls };
  },
  runs: {
    by: "dialogue",
    transport: (check) => tcpInTls(check),
    begin: ({ user }, { password }) => memcachedDialogue({ user, password }),
  },
});
