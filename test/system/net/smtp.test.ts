/** Mail through the door, to a mail server of a few lines on loopback; Postfix is in the lab. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import type { MailConfig } from "../../../src/config/config.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { MachineError } from "../../../src/model/error.ts";
import { seconds } from "../../../src/model/time.ts";
import { sendMail } from "../../../src/system/net/smtp.ts";

/** What to answer to a command, by its first word. */
type Answers = Readonly<Record<string, string>>;

const usual: Answers = {
  EHLO: "250 mail.example",
  MAIL: "250 ok",
  RCPT: "250 ok",
  DATA: "354 go on",
  ".": "250 taken",
  QUIT: "221 bye",
};

/** Says nothing with `greeting` null. Every line that it hears is in `heard`. */
async function mailServer(
  context: TestContext,
  answers: Answers,
  greeting: string | null = "220 x",
) {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    if (greeting !== null) socket.write(`${greeting}\r\n`);
    let rest = "";
    let inData = false;
    socket.on("data", (bytes) => {
      const lines = (rest + bytes.toString("latin1")).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        heard.push(line);
        const word = inData ? (line === "." ? "." : "") : (line.split(" ")[0] ?? "");
        const answer = answers[word] ?? (inData ? undefined : "500 what");
        if (answer !== undefined) socket.write(`${answer}\r\n`);
        if (word === "DATA" && answer?.startsWith("354")) inData = true;
        if (word === ".") inData = false;
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { heard, port: (server.address() as AddressInfo).port };
}

const configOf = (port: number, change: Partial<MailConfig> = {}): MailConfig => ({
  to: ["ops@example.com", "night@example.com"],
  from: "lvsd@example.com",
  port,
  smtp: "127.0.0.1" as IpAddress,
  tls: "offered",
  serverName: null,
  ca: null,
  user: null,
  passwordFile: null,
  events: ["state"],
  every: seconds(60),
  ...change,
});
const letter = { subject: "lvsd on lb1: standby → active", text: "first line\n.\nlast line\n" };
const patient = (): AbortSignal => AbortSignal.timeout(20_000);

describe("a mail", () => {
  it("goes to every recipient, with its headers encoded and its text whole", async (context) => {
    const { heard, port } = await mailServer(context, usual);
    await sendMail(configOf(port), letter, null, patient());
    assert.ok(heard.some((line) => line.startsWith("MAIL FROM:<lvsd@example.com>")));
    assert.equal(heard.filter((line) => line.startsWith("RCPT TO:")).length, 2);
    const text = heard.join("\n");
    assert.match(text, /^Subject: =\?UTF-8\?/m);
    assert.match(text, /^Auto-Submitted: auto-generated$/m);
    assert.match(text, /^To: ops@example\.com, night@example\.com$/m);
    assert.match(text, /first line\n\.\.\nlast line/, "a lone dot is doubled (RFC 5321, 4.5.2)");
  });

  const failures: readonly (readonly [string, Answers, RegExp])[] = [
    ["a sender that is refused", { ...usual, MAIL: "550 no" }, /550/],
    ["recipients that are refused", { ...usual, RCPT: "550 unknown" }, /550/],
    ["a text that is refused", { ...usual, ".": "554 spam" }, /554/],
  ];
  for (const [name, answers, why] of failures)
    it(`fails with ${name}, by the server's own words`, async (context) => {
      const { port } = await mailServer(context, answers);
      await assert.rejects(sendMail(configOf(port), letter, null, patient()), (thrown) => {
        assert.ok(thrown instanceof MachineError);
        assert.match(thrown.message, new RegExp(`^mail server 127\\.0\\.0\\.1:${port}: `));
        assert.match(thrown.message, why);
        return true;
      });
    });

  it("fails where one of two recipients is refused", async (context) => {
    let count = 0;
    const answers = new Proxy(usual, {
      get: (target, key: string) =>
        key === "RCPT" && count++ > 0 ? "550 unknown" : Reflect.get(target, key),
    });
    const { port } = await mailServer(context, answers);
    await assert.rejects(
      sendMail(configOf(port), letter, null, patient()),
      /not taken for night@example\.com/,
    );
  });

  it("fails without TLS where that is required, and sends no password", async (context) => {
    const { heard, port } = await mailServer(context, usual);
    const config = configOf(port, { tls: "required", user: "u", passwordFile: "/p" });
    await assert.rejects(sendMail(config, letter, "geheim", patient()), MachineError);
    assert.ok(!heard.some((line) => /AUTH|MAIL/.test(line)), heard.join("; "));
  });

  it("is given up when its time is over, whatever the server does", async (context) => {
    const { port } = await mailServer(context, usual, null);
    const signal = AbortSignal.timeout(300);
    await assert.rejects(sendMail(configOf(port), letter, null, signal), MachineError);
  });

  it("fails where nobody listens", async () => {
    await assert.rejects(
      sendMail(configOf(1), letter, null, patient()),
      /127\.0\.0\.1:1: .*REFUSED/,
    );
  });
});
