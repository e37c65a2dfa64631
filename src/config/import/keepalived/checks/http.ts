/** HTTP_GET and SSL_GET: a check for each of their urls. */
import { RE2JS } from "re2js";
import { messageOf } from "../../../../model/error.ts";
import type { Findings } from "../../imported.ts";
import { MapNode, type Scalar } from "../../outline.ts";
import { inherited, isOn, quoted } from "../conversion.ts";
import { allOf, lastOf, type Statement, scriptOf } from "../statements.ts";
import { type Around, ways } from "./ways.ts";

export function http(
  block: Statement,
  inside: readonly Statement[],
  { layers, top }: Around,
  findings: Findings,
): readonly MapNode[] {
  const urls = allOf(inside, "url");
  if (urls.length === 0) {
    findings.add("suspicious", block.origin, block.keyword, "no url: keepalived drops the check");
    return [];
  }
  if (urls.length > 1)
    findings.add(
      "changed",
      block.origin,
      block.keyword,
      `${urls.length} urls: keepalived asks one of them per delay_loop, in turn; lvsd asks all`,
    );
  const isTls = block.keyword === "SSL_GET";
  return urls.flatMap((url) => {
    const own = url.block ?? [];
    const path = lastOf(own, "path");
    if (path === undefined) {
      findings.add("suspicious", url.origin, "url", "no path: keepalived drops it");
      return [];
    }
    const check = new MapNode().set("type", isTls ? "https" : "http", block.origin);
    check.set("path", pathOf(path), path.origin);
    const host = inherited([own, ...layers], "virtualhost");
    if (host !== undefined) check.set("host", host.words[0] ?? "", host.origin);
    ways(check, inside);
    judgement(check, own, findings);
    if (isTls) tls(check, inside, { host, top }, findings, block);
    return [check];
  });
}

const pathOf = (path: Statement): string => {
  const written = path.words[0] ?? "/";
  return written.startsWith("/") ? written : `/${written}`;
};

function judgement(check: MapNode, url: readonly Statement[], findings: Findings): void {
  const status = lastOf(url, "status_code");
  const digest = lastOf(url, "digest");
  const regex = lastOf(url, "regex");
  if (status !== undefined) {
    const codes: Scalar[] = status.words.filter((word) => /^[1-5]\d\d(?:-[1-5]\d\d)?$/.test(word));
    if (codes.length > 0)
      check.set("status", codes.length === 1 ? (codes[0] ?? "") : codes, status.origin);
    const strange = status.words.filter((word) => !codes.includes(word));
    if (strange.length > 0)
      findings.add(
        "changed",
        status.origin,
        "status_code",
        `${strange.map(quoted).join(" ")}: left out`,
      );
  } else if (digest !== undefined) check.set("status", "100-599");
  if (digest !== undefined) {
    const sum = digest.words[0] ?? "";
    if (/^[0-9a-fA-F]{32}$/.test(sum)) check.set("digest", sum.toLowerCase(), digest.origin);
    else
      findings.add(
        "suspicious",
        digest.origin,
        "digest",
        "no MD5 of 32 digits: keepalived drops it",
      );
  }
  if (regex === undefined) return;
  const [pattern = ""] = scriptOf(regex.rest);
  const absent = lastOf(url, "regex_no_match");
  try {
    const whole = withOptions(pattern, lastOf(url, "regex_options"), findings);
    RE2JS.compile(whole);
    check.set("expect", whole, regex.origin).set("regex", true);
    if (absent !== undefined) check.set("absent", true, absent.origin);
  } catch (thrown) {
    findings.add("left-out", regex.origin, "regex", `no RE2 pattern: ${messageOf(thrown)}`);
  }
}

/** PCRE2's options that RE2 has, as flags of the pattern. */
const regexFlags: Readonly<Record<string, string>> = {
  caseless: "i",
  multiline: "m",
  dotall: "s",
  ungreedy: "U",
};

function withOptions(pattern: string, given: Statement | undefined, findings: Findings): string {
  const words = given?.words ?? [];
  const flags = words.map((word) => regexFlags[word] ?? "").join("");
  const rest = words.filter((word) => regexFlags[word] === undefined);
  if (rest.length > 0)
    findings.add(
      "left-out",
      given?.origin ?? null,
      `regex_options ${rest.join(" ")}`,
      "RE2 has no counterpart of it",
    );
  return flags === "" ? pattern : `(?${flags})${pattern}`;
}

function tls(
  check: MapNode,
  inside: readonly Statement[],
  { host, top }: { readonly host: Statement | undefined; readonly top: readonly Statement[] },
  findings: Findings,
  block: Statement,
): void {
  const name = lastOf(inside, "sni_name")?.words[0] ?? host?.words[0];
  const map = new MapNode("flow");
  if (isOn(lastOf(inside, "enable_sni")) && name !== undefined) map.set("sni", name);
  map.set("verify", false);
  // What is shown to all servers that ask for it.
  const shown = allOf(top, "SSL").flatMap((one) => one.block ?? []);
  const certificate = lastOf(shown, "certificate")?.words[0];
  const key = lastOf(shown, "key")?.words[0];
  if (certificate !== undefined) map.set("certificate", certificate);
  if (certificate !== undefined && key !== undefined) map.set("key", key);
  const password = lastOf(shown, "password");
  if (password !== undefined)
    findings.add("left-out", password.origin, "SSL password", "write the key without a password");
  check.set("tls", map);
  findings.add(
    "suspicious",
    block.origin,
    "SSL_GET",
    "certificates are not verified, as with keepalived; `tls: { ca: ... }` verifies them",
  );
}
