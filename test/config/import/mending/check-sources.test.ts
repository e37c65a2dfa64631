import assert from "node:assert/strict";
import { test } from "node:test";
import { imported, pair, said, web } from "../keepalived/imported.ts";

test("where checks come from is carried over, a router's own address as its word", () => {
  const from = "bindto 192.0.2.1\nbind_port 1021\nbind_if eth1\nfwmark 21";
  const { yaml, findings } = imported(pair + web.replaceAll("retry 2", `retry 2\n${from}`));
  const { source, source_port, device, fwmark } = yaml.virtual_servers["tcp-192.0.2.10-80"].check;
  assert.deepEqual(
    { source, source_port, device, fwmark },
    { source: "public", source_port: 1021, device: "eth1", fwmark: 21 },
  );
  const about = findings.filter(({ subject }) => subject.startsWith("bindto"));
  assert.deepEqual(new Set(about.map(({ kind }) => kind)), new Set(["carried"]));
});

test("an address that the other router may lack is said, and a VIP is left out", () => {
  const lines = (from: string) => said(pair + web.replace("retry 2", `bindto ${from}`)).join("\n");
  assert.match(
    lines("192.0.2.99"),
    /^suspicious 26 bindto 192\.0\.2\.99: both routers need this address/m,
  );
  assert.match(
    lines("192.0.2.50"),
    /^left-out 26 bindto 192\.0\.2\.50: a VIP, which only the active router has/m,
  );
});
