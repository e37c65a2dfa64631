/** `smtp`, `smtps` and `submission`: the greeting, EHLO, TLS and a login where they are wanted. */
import { preset } from "../../keys/section.ts";
import { text } from "../../keys/shape.ts";
import {
  alwaysTlsKeys,
  loginKeys,
  settleAlwaysTls,
  settleLogin,
  settleStartTls,
  startTlsKeys,
  targetKeys,
  tcpInTls,
  tcpThenTls,
} from "../check-keys.ts";
import type { Dialogue } from "../dialogue.ts";
import {
  beginTls,
  command,
  hearCode,
  leave,
  lineDialogue,
  say,
  type Talk,
  wrong,
} from "../line-protocol.ts";
import { checkType } from "../type.ts";
import { base64, loginSecrets, plainLogin } from "./sasl.ts";
import type { Session } from "./session.ts";

/** RFC 5321 with STARTTLS (RFC 3207) and AUTH (RFC 4954). `helo`: the name to greet with. */
export const smtpDialogue = (helo: string, session: Session): Dialogue =>
  lineDialogue(smtpTalk(helo, session), { secrets: loginSecrets(session.user, session.password) });

function* smtpTalk(helo: string, { user, password, startTls }: Session): Talk<void> {
  yield* hearCode(null, [220]);
  let offers = yield* greet(helo, user !== null || startTls);
  if (startTls) {
    yield* command("STARTTLS", "STARTTLS", [220]);
    yield* beginTls();
    offers = yield* greet(helo, true);
  }
  if (user !== null && password !== null) yield* login(user, password, offers);
  yield* leave("QUIT");
}

/** What the server offers. One that refuses EHLO gets HELO, unless something of EHLO is needed. */
function* greet(helo: string, extended: boolean): Talk<readonly string[]> {
  if (extended) return (yield* command(`EHLO ${helo}`, "EHLO", [250])).texts;
  yield* say(`EHLO ${helo}`);
  const { code, texts } = yield* hearCode("EHLO", [250, 500, 501, 502, 504, 550]);
  if (code === 250) return texts;
  yield* command(`HELO ${helo}`, "HELO", [250]);
  return [];
}

function* login(user: string, password: string, offers: readonly string[]): Talk<void> {
  const offered = offers.find((offer) => /^AUTH[ =]/i.test(offer)) ?? "";
  const mechanisms = offered.toUpperCase().split(/[ =]/).slice(1);
  if (mechanisms.includes("PLAIN")) {
    yield* command(`AUTH PLAIN ${plainLogin(user, password)}`, "AUTH PLAIN", [235]);
    return;
  }
  if (!mechanisms.includes("LOGIN"))
    yield* wrong("AUTH PLAIN or LOGIN expected in the answer to EHLO", offered || "no AUTH");
  yield* command("AUTH LOGIN", "AUTH LOGIN", [334]);
  yield* command(base64(user), "the user name", [334]);
  yield* command(base64(password), "the password", [235]);
}

const ownKeys = {
  helo: preset(
    text({
      what: "a host name",
      max: 255,
      pattern: /^[A-Za-z0-9.:[\]_-]+$/,
      hint: "give a name such as lvsd.example.com",
    }),
    "lvsd.invalid",
    "The name by which the check greets (EHLO).",
  ),
};

const help = [
  "- At most 1,024 lines and 64 KiB of answers, no line longer than 8 KiB. QUIT ends a try, and any",
  "  answer to it is accepted, so that the server's log shows no broken connection.",
  "- Without `starttls` and a login a server that refuses EHLO gets HELO.",
  "- A login is AUTH PLAIN, or AUTH LOGIN where only that is offered. Without TLS it is sent in the clear.",
] as const;

const reasons = {
  unexpected: "what the server says stands in the text: too many connections, no AUTH before TLS",
  tls: "does the server offer STARTTLS; renew the certificate, or correct `tls.ca`, `tls.sni`",
} as const;

const upgrading = <const Name extends string>(
  name: Name,
  startTls: boolean,
  words: { readonly does: string; readonly passes: string; readonly example: string },
) =>
  checkType({
    name,
    ...words,
    help: name === "smtp" ? help : ["- As `smtp`, and TLS is started unless `starttls: false`."],
    keys: { ...targetKeys, ...ownKeys, ...loginKeys, ...startTlsKeys(startTls) },
    reasons,
    settle(values, context) {
      const login = settleLogin(values, context);
      const tls = settleStartTls(values, context, "smtps");
      if (login === undefined || tls === undefined) return undefined;
      return { address: values.address, port: values.port, helo: values.helo, ...login, tls };
    },
    runs: {
      by: "dialogue",
      transport: (check) => tcpThenTls(check),
      begin: ({ helo, user, tls }, { password }) =>
        smtpDialogue(helo, { user, password, startTls: tls !== null }),
    },
  });

const passes = "the codes are 220 and 250, and the login is accepted where there is one";

export const smtp = upgrading("smtp", false, {
  does: "waits for the greeting, sends EHLO and QUIT",
  passes,
  example: "{ type: smtp, helo: lvsd.example.com }",
});

export const submission = upgrading("submission", true, {
  does: "the same, with STARTTLS after EHLO",
  passes: "the same",
  example: "{ type: submission, user: probe, password_file: smtp.password, tls: { ca: ca.pem } }",
});

export const smtps = checkType({
  name: "smtps",
  does: "as `smtp`, over TLS from the first byte",
  passes: "the same",
  help: ["- As `smtp`."],
  keys: { ...targetKeys, ...ownKeys, ...loginKeys, ...alwaysTlsKeys },
  reasons,
  example: "{ type: smtps, tls: { sni: mail.example.com, verify: true } }",
  settle(values, context) {
    const login = settleLogin(values, context);
    const tls = settleAlwaysTls(values.tls, context, { type: "smtps", without: "smtp" });
    if (login === undefined || tls === undefined) return undefined;
    return { address: values.address, port: values.port, helo: values.helo, ...login, tls };
  },
  runs: {
    by: "dialogue",
    transport: (check) => tcpInTls(check),
    begin: ({ helo, user }, { password }) =>
      smtpDialogue(helo, { user, password, startTls: false }),
  },
});
