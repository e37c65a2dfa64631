/** `radius`: the server accepts a login, or says that it works (RFC 2865, RFC 5997). */
import { optional } from "../../keys/section.ts";
import { line, loginKeys, settleLogin, targetKeys } from "../check-keys.ts";
import { type Dialogue, type DialogueAction, failed, more, passed } from "../dialogue.ts";
import { excerpt } from "../excerpt.ts";
import { checkType } from "../type.ts";
import {
  codes,
  decodeAnswer,
  encodeRequest,
  passwordBytesMax,
  type RadiusRequest,
} from "./radius-packet.ts";

/** Datagrams that are not the answer. */
const strangersMax = 16;

export interface RadiusSession {
  readonly user: string | null;
  readonly password: string | null;
  readonly secret: string;
}

/** `random`: the request's authenticator and identifier, 17 bytes. */
export function radiusDialogue(session: RadiusSession, random: Uint8Array): Dialogue {
  const { user, password, secret } = session;
  const request: RadiusRequest = {
    identifier: random[16] ?? 0,
    authenticator: random.subarray(0, 16),
    secret,
    login: user === null || password === null ? null : { user, password },
  };
  let strangers = 0;
  return {
    open: () =>
      Buffer.byteLength(password ?? "") > passwordBytesMax
        ? failed(
            "too-long",
            `the password has more than ${passwordBytesMax} bytes, the most of RADIUS`,
          )
        : { kind: "say", bytes: encodeRequest(request), answered: true },
    hear(bytes) {
      const answer = decodeAnswer(bytes, request);
      if (answer.kind === "answer") return judge(answer.code, answer.message, session);
      // RFC 2865, section 3: whatever is not signed by the secret is as if it had not come.
      strangers += 1;
      if (strangers < strangersMax) return more;
      const what = `${strangers} datagrams, none of them an answer that the secret signed`;
      return failed("unreadable", `${what}: ${excerpt(bytes)}`);
    },
    closed: () => failed("closed", "no answer came"),
    awaited: () =>
      strangers === 0
        ? "answer (a server is silent to unknown clients and wrong secrets)"
        : "answer that the secret of secret_file signed",
  };
}

function judge(
  code: number,
  message: Uint8Array,
  { user, password, secret }: RadiusSession,
): DialogueAction {
  if (code === codes.accessAccept) return passed;
  let said = Buffer.from(message).toString("latin1");
  for (const hidden of [password, secret])
    if (hidden !== null) said = said.replaceAll(Buffer.from(hidden).toString("latin1"), "***");
  const says = said === "" ? "" : `: ${excerpt(Buffer.from(said, "latin1"))}`;
  const who = user === null ? "" : ` for ${excerpt(Buffer.from(user))}`;
  if (code === codes.accessReject) return failed("unexpected", `Access-Reject${who}${says}`);
  if (code === codes.accessChallenge)
    return failed("unexpected", `Access-Challenge${who}: a password alone is not enough${says}`);
  return failed("unexpected", `Access-Accept expected, got code ${code}${says}`);
}

export const radius = checkType({
  name: "radius",
  does: "sends an Access-Request over UDP, or Status-Server without a login",
  passes: "the answer is Access-Accept, signed with the secret",
  help: [
    "- The login is sent as PAP, hidden with the secret. Each request has a Message-Authenticator.",
    "- Without `user` the request is Status-Server (RFC 5997), which FreeRADIUS answers with",
    "  `status_server = yes` and which asks no user database.",
    "- An answer that another secret signed is not accepted, and counts as no answer.",
  ],
  keys: {
    ...targetKeys,
    ...loginKeys,
    secret_file: optional(
      line("the path of a file", 4096),
      "none; needed",
      "File whose first line is the secret that the server shares with this router, read at each try; relative to the configuration file. The secret appears in no status, log or error.",
      { names: "file", secret: true },
    ),
  },
  reasons: {
    timeout: "is this router a client there, with this secret (both are silence); packet filters",
    unexpected: "the user and the password; the server's log says why it rejects",
  },
  example:
    "{ type: radius, user: probe, password_file: radius.password, secret_file: radius.secret }",
  exampleProtocol: "udp",
  settle(values, context) {
    const login = settleLogin(values, context);
    if (values.secret_file === null) {
      const hint = "add `secret_file:` with the secret that the server shares with this router";
      context.complain(null, "secret_file is missing", hint);
    }
    if (login === undefined || values.secret_file === null) return undefined;
    const secretFile = context.absolute(values.secret_file);
    return { address: values.address, port: values.port, ...login, secretFile };
  },
  runs: {
    by: "dialogue",
    transport: () => ({ protocol: "udp", tls: null }),
    begin: ({ user }, { password, secret, random }) =>
      radiusDialogue({ user, password, secret: secret ?? "" }, random),
  },
});
