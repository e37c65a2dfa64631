import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "../surrounded.ts";

test("several ports while other marks are the operator's own: a mark that the operator must set", () => {
  const text = `virtual_server 198.51.100.10 {\n    protocol TCP\n    real_server 10.9.0.1 {\n        TCP_CHECK { connect_port 80 }\n    }\n}\nvirtual_server fwmark 7 {\n    real_server 10.9.0.2 {\n        TCP_CHECK { connect_port 80 }\n    }\n}\n`;
  const { yaml, said } = read(["keepalived.conf", text]);
  assert.equal(yaml.marks, "external");
  assert.equal(yaml.virtual_servers["tcp-198.51.100.10-any"].fwmark, 0x4c00);
  assert.ok(said.some((line) => /let your rules set mark 19456/.test(line)));
});
