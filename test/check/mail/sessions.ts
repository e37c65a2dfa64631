/** Sessions and dialogues that the tests of mail and news checks have in common. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Dialogue } from "../../../src/check/dialogue.ts";
import { imapDialogue } from "../../../src/check/mail/imap.ts";
import { nntpDialogue } from "../../../src/check/mail/nntp.ts";
import { pop3Dialogue } from "../../../src/check/mail/pop3.ts";
import type { Session } from "../../../src/check/mail/session.ts";
import { smtpDialogue } from "../../../src/check/mail/smtp.ts";
import { playEveryWay, whyOf } from "../transcript.ts";

export const plain: Session = { user: null, password: null, startTls: false };

export const login: Session = { user: "probe", password: "geheim", startTls: false };

export const upgrade: Session = { ...login, startTls: true };

export const smtp = (session: Session) => () => smtpDialogue("lvsd.invalid", session);

export const pop3 = (session: Session) => () => pop3Dialogue(session);

export const imap = (session: Session) => () => imapDialogue(session);

export const nntp = (session: Session) => () => nntpDialogue(session);

export const plainGeheim = Buffer.from("\0probe\0geheim").toString("base64");

type Passing = readonly [name: string, begin: () => Dialogue, transcript: string[]];
type Failing = readonly [...Passing, why: string];

/** A test for each: it passes, however its answers are cut. */
export function passes(cases: readonly Passing[]): void {
  for (const [name, begin, transcript] of cases)
    it(name, () => assert.deepEqual(playEveryWay(begin, transcript), { kind: "passed" }));
}

/** A test for each: it fails with this reason, however its answers are cut. */
export function fails(cases: readonly Failing[]): void {
  for (const [name, begin, transcript, why] of cases)
    it(name, () => assert.equal(whyOf(playEveryWay(begin, transcript)), why));
}
