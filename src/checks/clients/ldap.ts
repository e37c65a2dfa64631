/** Tries of `ldap` and `ldaps`: a bind and a search by ldapts, on our connection. */
import { Client, type Entry, ResultCodeError } from "ldapts";
import type { LdapCheck } from "../../check/database/ldap.ts";
import { matchedBytesMax, sought } from "../../check/pattern.ts";
import { printEndpoint } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import {
  type CheckResult,
  type Deadline,
  type Failed,
  failed,
  failedBy,
  passed,
} from "../check-result.ts";
import { matches } from "../matching/matching.ts";
import type { Endpoint } from "../target.ts";
import { type ClientStream, speakOn } from "./client-stream.ts";
import { readPassword } from "./password.ts";

/** RFC 4511, section 4.14.1. */
const startTlsName = "1.3.6.1.4.1.1466.20037";

/** Every message is a sequence (RFC 4511, section 4.1.1; X.690). */
const strange = (heard: Uint8Array): boolean => heard[0] !== 0x30;

export async function tryLdap(
  check: LdapCheck,
  target: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  const password =
    check.passwordFile === null
      ? null
      : await readPassword(check.passwordFile, "password_file", deadline);
  if (typeof password === "object" && password !== null) return password;
  return speakOn(target, deadline, {
    strange,
    speak: (stream) => speak(check, password, target, stream, deadline),
    sorted: sort,
  });
}

async function speak(
  check: LdapCheck,
  password: string | null,
  target: Endpoint,
  stream: ClientStream,
  deadline: Deadline,
): Promise<CheckResult> {
  const { tls, upgrade } = check;
  if (tls !== null && !upgrade) {
    const wrong = await stream.secure(tls);
    if (wrong !== null) return wrong;
  }
  const client = new Client({
    url: `ldap://${printEndpoint(target.address, target.port)}`,
    createConnection: () => stream as never,
    strictDN: false,
  });
  if (tls !== null && upgrade) {
    stream.missing = "answer to StartTLS";
    await client.exop(startTlsName);
    const wrong = await stream.secure(tls);
    if (wrong !== null) return wrong;
  }
  stream.missing = "answer to the bind";
  await client.bind(check.user ?? "", password ?? "");
  const verdict = await search(check, client, stream, deadline);
  // It has no answer (RFC 4511, section 4.3).
  await client.unbind().catch(() => {});
  return verdict;
}

async function search(
  check: LdapCheck,
  client: Client,
  stream: ClientStream,
  deadline: Deadline,
): Promise<CheckResult> {
  const { base, scope, filter, expect, regex } = check;
  if (base === null) return passed;
  stream.missing = "answer to the search";
  const options = { scope, filter, sizeLimit: 1 } as const;
  const { searchEntries } = await client.search(base, options).catch((thrown: unknown) => {
    // What ldapts cannot read of the filter, it says before it asks.
    if (thrown instanceof ResultCodeError || stream.fault !== null) throw thrown;
    if (stream.destroyed) throw thrown;
    throw new FilterError(messageOf(thrown));
  });
  const [entry] = searchEntries;
  const where = base === "" ? "the root DSE" : base;
  if (entry === undefined) return failed("unexpected", `no entry at ${where} fits ${filter}`);
  if (expect === null) return passed;
  const bytes = Buffer.from(ldifOf(entry)).subarray(0, matchedBytesMax);
  const found = await matches(sought(expect, regex), bytes, deadline);
  if (typeof found !== "boolean") return found;
  if (found) return passed;
  const what = regex ? "a match of the pattern" : "the expected text";
  return failed("unexpected", `the entry ${entry.dn} is without ${what}`);
}

/** A filter that is none: this configuration's fault. */
class FilterError extends Error {}

function ldifOf(entry: Entry): string {
  const lines = [`dn: ${entry.dn}`];
  for (const [attribute, values] of Object.entries(entry))
    if (attribute !== "dn")
      for (const value of [values].flat()) lines.push(`${attribute}: ${value.toString()}`);
  return lines.join("\n");
}

function sort(thrown: unknown): Failed {
  const text = messageOf(thrown);
  if (thrown instanceof FilterError) return failed("local", `filter: ${text}`);
  if (thrown instanceof ResultCodeError) {
    const says = text.replace(/ Code: 0x[0-9a-f]+$/, "");
    return failed("unexpected", `${thrown.name.replace(/Error$/, "")} (${thrown.code}): ${says}`);
  }
  return failedBy(new Error(text), "unreadable");
}
