/** Mail of another system as `notify.mail`, where its file says enough for that. */
import { isIP } from "node:net";
import type { Findings } from "./imported.ts";
import { MapNode, type Origin } from "./outline.ts";

/** What the file has, as written there. */
export interface ForeignMail {
  /** What it is called there. */
  readonly subject: string;
  readonly origin: Origin | null;
  readonly to: readonly string[];
  readonly from: string | null;
  /** An address; a name, or none, where there is no such thing. */
  readonly smtp: string | null;
  readonly port: number | null;
}

const mailbox = /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/;
const recipientsMax = 20;

/** Without a server on that machine's own address mail goes to the one that runs here. */
export function mailInto(root: MapNode, findings: Findings, mail: ForeignMail): void {
  const { subject, origin, port } = mail;
  const to = [...new Set(mail.to.filter((each) => mailbox.test(each)))].slice(0, recipientsMax);
  const [first] = to;
  const smtp = mail.smtp ?? "127.0.0.1";
  if (first === undefined || isIP(smtp) === 0) {
    const why =
      first === undefined
        ? "names no recipient as name@domain"
        : `${smtp.slice(0, 80)} is a name: notify.mail.smtp takes the address of the mail server`;
    findings.add("left-out", origin, subject, why);
    return;
  }
  const from = mail.from !== null && mailbox.test(mail.from) ? mail.from : first;
  const node = new MapNode().set("to", to, origin).set("from", from).set("smtp", smtp);
  if (port !== null && port !== 25) node.set("port", port);
  root.map("notify").set("mail", node, origin);
  findings.add(
    "changed",
    origin,
    subject,
    `notify.mail: one mail a minute at most, which has all changes of a state since the last one${
      mail.smtp === null ? "; the mail server of this machine (127.0.0.1) takes it" : ""
    }${from === mail.from ? "" : "; its sender is the first recipient"}`,
  );
}
