/** `nntp`: a news server's greeting, TLS and a login where they are wanted (RFC 3977, 4642, 4643). */
import type { Dialogue } from "../dialogue.ts";
import { beginTls, command, hearCode, leave, lineDialogue, type Talk } from "../line-protocol.ts";
import { loginSecrets } from "./sasl.ts";
import { clearSession, type Session, tlsSession } from "./session.ts";

export const nntpDialogue = (session: Session): Dialogue =>
  lineDialogue(nntpTalk(session), { secrets: loginSecrets(session.user, session.password) });

function* nntpTalk({ user, password, startTls }: Session): Talk<void> {
  yield* hearCode(null, [200, 201]);
  if (startTls) {
    yield* command("STARTTLS", "STARTTLS", [382]);
    yield* beginTls();
  }
  if (user !== null && password !== null) {
    const { code } = yield* command(`AUTHINFO USER ${user}`, "AUTHINFO USER", [381, 281]);
    if (code === 381) yield* command(`AUTHINFO PASS ${password}`, "AUTHINFO PASS", [281]);
  }
  yield* leave("QUIT");
}

const reasons = {
  unexpected: "what the server says stands in the text: 400 and 502 are its own refusals",
} as const;

export const nntp = clearSession(
  "nntp",
  { always: "nntps" },
  {
    does: "waits for the greeting, logs in if it has a login (AUTHINFO), sends QUIT",
    passes: "the greeting is 200 or 201, and the login ends with 281",
    help: ["- Without `starttls` the password is sent in the clear."],
    reasons,
    example: "{ type: nntp, port: 119 }",
  },
  nntpDialogue,
);

export const nntps = tlsSession(
  "nntps",
  { without: "nntp" },
  {
    does: "the same, over TLS from the first byte",
    passes: "the same",
    help: [],
    reasons,
    example: "{ type: nntps, port: 563, tls: { ca: ca.pem } }",
  },
  nntpDialogue,
);
