/** `imap` and `imaps`: the greeting, TLS and a login where they are wanted (RFC 9051, RFC 3501). */
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
import { loginSecrets, plainLogin } from "./sasl.ts";
import { clearSession, type Session, tlsSession } from "./session.ts";

export const imapDialogue = (session: Session): Dialogue =>
  lineDialogue(imapTalk(session), {
    secrets: [
      ...loginSecrets(session.user, session.password),
      ...(session.password === null ? [] : [quotedString(session.password)]),
    ],
  });

function* imapTalk({ user, password, startTls }: Session): Talk<void> {
  const greeting = yield* hear(null);
  if (!/^\* (?:OK|PREAUTH)(?: |$)/i.test(greeting)) yield* unexpected("* OK", null, greeting);
  if (startTls) {
    yield* say("a1 STARTTLS");
    yield* hearOk("a1", "STARTTLS");
    yield* beginTls();
  }
  if (user !== null && password !== null) yield* login(user, password);
  yield* leave("a3 LOGOUT");
}

/** Waits for the end of a command; what is not about it (RFC 9051, 2.2.2) is not looked at. */
function* hearOk(tag: string, name: string, wanted = "OK"): Talk<void> {
  for (;;) {
    const line = yield* hear(name);
    const isBye = /^\* BYE(?: |$)/i.test(line);
    if (line.startsWith("* ") && !isBye) continue;
    if (wanted === "+" && line.startsWith("+")) return;
    const [, ended, result = ""] = /^(\S+) (\S+)/.exec(line) ?? [];
    if (ended === tag && result.toUpperCase() === wanted) return;
    yield* unexpected(wanted, name, line);
  }
}

/** A quoted string holds ASCII (RFC 9051, section 9); whatever has other letters goes by SASL. */
function* login(user: string, password: string): Talk<void> {
  if (/^[\x20-\x7e]*$/.test(user + password)) {
    yield* say(`a2 LOGIN ${quotedString(user)} ${quotedString(password)}`);
    yield* hearOk("a2", "LOGIN");
    return;
  }
  yield* say("a2 AUTHENTICATE PLAIN");
  yield* hearOk("a2", "AUTHENTICATE", "+");
  yield* say(plainLogin(user, password));
  yield* hearOk("a2", "AUTHENTICATE");
}

const quotedString = (text: string): string => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;

const reasons = {
  unexpected: "what the server says stands in the text: login refused, LOGIN disabled without TLS",
} as const;

export const imap = clearSession(
  "imap",
  { always: "imaps" },
  {
    does: "waits for the greeting, logs in if it has a login, sends LOGOUT",
    passes: "the greeting is OK or PREAUTH, and each command ends with OK",
    help: ["- Without `starttls` the password is sent in the clear, which most servers refuse."],
    reasons,
    example: "{ type: imap, starttls: true, user: probe, password_file: imap.password }",
  },
  imapDialogue,
);

export const imaps = tlsSession(
  "imaps",
  { without: "imap" },
  {
    does: "the same, over TLS from the first byte",
    passes: "the same",
    help: [],
    reasons,
    example: "{ type: imaps, tls: { ca: ca.pem, sni: mail.example.com } }",
  },
  imapDialogue,
);
