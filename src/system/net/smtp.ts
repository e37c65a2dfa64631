/**
 * The door to a mail server: one connection for each mail, by nodemailer, which is loaded when the
 * first one is sent. Opens no file, follows no address that stands in a mail, asks for no name.
 */
import { readFile } from "node:fs/promises";
import type { MailConfig } from "../../config/config.ts";
import { printEndpoint } from "../../model/address.ts";
import { MachineError, messageOf } from "../../model/error.ts";

/** Sends one mail; throws MachineError when the server has not taken it for every recipient. */
export type SendMail = (
  config: MailConfig,
  letter: { readonly subject: string; readonly text: string },
  password: string | null,
  signal: AbortSignal,
) => Promise<void>;

async function certificatesIn(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    throw new MachineError(`notify.mail.ca: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** Each step of the conversation may take so long; the whole is bounded by the signal. */
const stepMs = 10_000;

export const sendMail: SendMail = async (config, letter, password, signal) => {
  const { createTransport } = await import("nodemailer");
  const { smtp, port, tls, user, to, from, ca } = config;
  const believed = ca === null ? {} : { ca: await certificatesIn(ca) };
  const transport = createTransport({
    host: smtp,
    port,
    secure: tls === "implicit",
    requireTLS: tls === "required",
    ...(user === null || password === null ? {} : { auth: { user, pass: password } }),
    connectionTimeout: stepMs,
    greetingTimeout: stepMs,
    socketTimeout: stepMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    tls: {
      rejectUnauthorized: tls !== "offered",
      ...believed,
      ...(config.serverName === null ? {} : { servername: config.serverName }),
    },
  });
  try {
    const sent = await transport.sendMail({
      to: [...to],
      from,
      ...letter,
      signal,
      headers: { "Auto-Submitted": "auto-generated", Precedence: "bulk" },
    });
    const refused = sent.rejected.map(String);
    if (refused.length > 0) throw new Error(`not taken for ${refused.join(", ")}`);
  } catch (thrown) {
    const server = printEndpoint(smtp, port);
    throw new MachineError(`mail server ${server}: ${messageOf(thrown)}`, { cause: thrown });
  } finally {
    transport.close();
  }
};
