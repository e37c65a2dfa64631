/** `pop3` and `pop3s`: the greeting, TLS and a login where they are wanted (RFC 1939, 2595). */
import type { Dialogue } from "../dialogue.ts";
import {
  beginTls,
  hear,
  leave,
  lineDialogue,
  say,
  type Talk,
  unexpected,
} from "../line-protocol.ts";
import { loginSecrets } from "./sasl.ts";
import { clearSession, type Session, tlsSession } from "./session.ts";

export const pop3Dialogue = (session: Session): Dialogue =>
  lineDialogue(pop3Talk(session), { secrets: loginSecrets(session.user, session.password) });

function* pop3Talk({ user, password, startTls }: Session): Talk<void> {
  yield* hearOk(null);
  if (startTls) {
    yield* say("STLS");
    yield* hearOk("STLS");
    yield* beginTls();
  }
  if (user !== null && password !== null) {
    yield* say(`USER ${user}`);
    yield* hearOk("USER");
    yield* say(`PASS ${password}`);
    yield* hearOk("PASS");
  }
  yield* leave("QUIT");
}

function* hearOk(after: string | null): Talk<void> {
  const line = yield* hear(after);
  if (!/^\+OK(?: |$)/.test(line)) yield* unexpected("+OK", after, line);
}

const reasons = {
  unexpected:
    "what the server says stands in the text: login refused, mailbox locked, no TLS there",
} as const;

export const pop3 = clearSession(
  "pop3",
  { always: "pop3s" },
  {
    does: "waits for the greeting, logs in if it has a login, sends QUIT",
    passes: "each answer is +OK",
    help: [
      "- A login opens the mailbox, which some servers lock for so long: give the check one of its own.",
      "- Without `starttls` the password is sent in the clear.",
    ],
    reasons,
    example: "{ type: pop3, user: probe, password_file: pop3.password, starttls: true }",
  },
  pop3Dialogue,
);

export const pop3s = tlsSession(
  "pop3s",
  { without: "pop3" },
  {
    does: "the same, over TLS from the first byte",
    passes: "the same",
    help: [],
    reasons,
    example: "{ type: pop3s, tls: { ca: ca.pem, sni: mail.example.com } }",
  },
  pop3Dialogue,
);
