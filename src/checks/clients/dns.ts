/** Tries of `dns`: one question over UDP or TCP. */
import { randomBytes } from "node:crypto";
import type { DnsCheck } from "../../check/network/dns.ts";
import { dnsDialogue } from "../../check/network/dns-dialogue.ts";
import type { CheckResult, Deadline } from "../check-result.ts";
import { converseByDatagram } from "../datagram.ts";
import { tryPlainly } from "../plain.ts";
import type { Endpoint } from "../target.ts";

export async function tryDns(
  check: DnsCheck,
  target: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  const dialogue = dnsDialogue(check, randomBytes(2).readUInt16BE());
  if (check.protocol === "udp") return converseByDatagram(target, dialogue, deadline);
  return tryPlainly(target, dialogue, deadline);
}
