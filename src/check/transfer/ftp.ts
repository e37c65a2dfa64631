/** `ftp`: a login, and a file that is there or has a content (RFC 959, 2428, 3659). */
import { optional } from "../../keys/section.ts";
import { text } from "../../keys/shape.ts";
import {
  expectKeys,
  judgeExpect,
  line,
  loginKeys,
  settleLogin,
  targetKeys,
} from "../check-keys.ts";
import type { Dialogue } from "../dialogue.ts";
import {
  command,
  connectTo,
  fetch,
  find,
  hearCode,
  leave,
  lineDialogue,
  say,
  type Talk,
  wrong,
} from "../line-protocol.ts";
import { type Sought, sought } from "../pattern.ts";
import { checkType } from "../type.ts";

/** What is asked of the server. */
export interface FtpSession {
  readonly user: string | null;
  readonly password: string | null;
  /** Null: the login is all. */
  readonly path: string | null;
  /** What the file must hold; null: it must be there. */
  readonly wanted: Sought | null;
}

/** By custom the password of an anonymous login is an address of mail (RFC 1635). */
const anonymousPassword = "lvsd@lvsd.invalid";

export const ftpDialogue = (session: FtpSession): Dialogue =>
  lineDialogue(ftpTalk(session), {
    secrets: session.password === null ? [] : [session.password],
  });

function* ftpTalk({ user, password, path, wanted }: FtpSession): Talk<void> {
  const { code } = yield* hearCode(null, [220, 120]);
  // 120: "Service ready in nnn minutes", and 220 follows.
  if (code === 120) yield* hearCode(null, [220]);
  const named = yield* command(`USER ${user ?? "anonymous"}`, "USER", [331, 230]);
  if (named.code === 331)
    yield* command(`PASS ${password ?? anonymousPassword}`, "PASS", [230, 202]);
  if (path !== null) {
    // Sizes and contents are those of bytes, not of a text in this machine's form.
    yield* command("TYPE I", "TYPE I", [200]);
    if (wanted === null) yield* command(`SIZE ${path}`, "SIZE", [213]);
    else yield* fetchAndJudge(path, wanted);
  }
  yield* leave("QUIT");
}

function* fetchAndJudge(path: string, wanted: Sought): Talk<void> {
  yield* connectTo(yield* passivePort());
  yield* say(`RETR ${path}`);
  yield* hearCode("RETR", [150, 125]);
  const content = yield* fetch("RETR");
  yield* hearCode("RETR", [226, 250]);
  if (yield* find(wanted, content)) return;
  const what = wanted.kind === "text" ? "the expected text" : "a match of the pattern";
  yield* wrong(`${content.length} bytes of file without ${what}`, latin1(content));
}

/** The port of the data connection. Of the address in an answer to PASV nothing is believed. */
function* passivePort(): Talk<number> {
  yield* say("EPSV");
  const extended = yield* hearCode("EPSV", [229, 500, 501, 502, 522]);
  if (extended.code === 229) {
    const port = Number(/\(([!-~])\1\1(\d{1,5})\1\)/.exec(extended.line)?.[2]);
    return isPort(port) ? port : yield* wrong("a port expected after EPSV", extended.line);
  }
  const { line: answer } = yield* command("PASV", "PASV", [227]);
  const [, high, low] = /\d+,\d+,\d+,\d+,(\d{1,3}),(\d{1,3})/.exec(answer) ?? [];
  const port = Number(high) * 256 + Number(low);
  return isPort(port) ? port : yield* wrong("a port expected after PASV", answer);
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65535;

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

export const ftp = checkType({
  name: "ftp",
  does: "logs in, and asks for the size of `path` or fetches it",
  passes: "the login ends with 230, the file is there, and its content fits `expect`",
  help: [
    "- Without `expect` the file is not fetched: SIZE must answer 213. With it the file, of at most",
    "  1 MiB, comes over a passive data connection (EPSV, else PASV) from the same address.",
    "- Everything is sent in the clear.",
  ],
  keys: {
    ...targetKeys,
    user: optional(line("a user name", 256), "`anonymous`", "The name to log in with."),
    password_file: loginKeys.password_file,
    path: optional(
      text({
        what: "the path of a file on the server",
        max: 1024,
        pattern: /^[^\r\n\0]+$/,
        hint: "give it on one line",
      }),
      "none",
      "A file on the server that must be there.",
    ),
    ...expectKeys("the file"),
  },
  reasons: {
    unexpected: "what the server says stands in the text: login refused, no file, another content",
    unreachable: "does the service run; can this router reach the ports of its data connections",
  },
  example: "{ type: ftp, path: /pub/ready, expect: OK }",
  straightOnly: "its data connection has a port of its own",
  settle(values, context) {
    const { address, port, path, expect, regex } = values;
    const login = settleLogin(values, context);
    const isJudged = judgeExpect({ expect, regex }, context);
    const lacks = expect !== null && path === null;
    if (lacks) context.complain("expect", "there is no `path` to fetch", "add `path:`");
    if (login === undefined || !isJudged || lacks) return undefined;
    return { address, port, ...login, path, expect, regex };
  },
  runs: {
    by: "dialogue",
    transport: () => ({ protocol: "tcp", tls: null }),
    begin: ({ user, path, expect, regex }, { password }) => {
      const wanted = expect === null ? null : sought(expect, regex);
      return ftpDialogue({ user, password, path, wanted });
    },
  },
});
