/** Tries of `dns`: one question over UDP or TCP. */
import { randomBytes } from "node:crypto";
import type { DnsCheck } from "../../check/network/dns.ts";
import { dnsDialogue } from "../../check/network/dns-dialogue.ts";
import { type CheckResult, type Deadline, failed } from "../check-result.ts";
import { converseByDatagram } from "../datagram.ts";
import { close, converse, open } from "../stream.ts";
import type { Endpoint } from "../target.ts";

export async function tryDns(
  check: DnsCheck,
  target: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  const dialogue = dnsDialogue(check, randomBytes(2).readUInt16BE());
  if (check.protocol === "udp") return converseByDatagram(target, dialogue, deadline);
  const opened = await open(target, deadline);
  if (opened.kind === "failed") return opened;
  try {
    const end = await converse(opened.connection, dialogue, deadline);
    return end === "secure" ? failed("local", "there is no TLS here") : end;
  } finally {
    close(opened.connection);
  }
}
