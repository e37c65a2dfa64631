import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { imported } from "./imported.ts";

describe("a virtual_server_group", () => {
  const servers = (
    text: string,
    ...more: [string, string][]
  ): Record<string, { real_servers: object }> => imported(text, {}, ...more).yaml.virtual_servers;

  test("a group is one service for each address and mark", () => {
    const text = `virtual_server_group G {
  192.0.2.10 80
  192.0.2.11-12 443
  2001:db8::a-c 80
  198.51.100.0/30 8080
  fwmark 5 inet
}
virtual_server group G {
  protocol TCP
  real_server 192.0.2.21 80 { weight 1 }
  real_server 2001:db8::21 80 { weight 1 }
}
`;
    assert.deepEqual(Object.keys(servers(text)), [
      ...["tcp-192.0.2.10-80", "tcp-192.0.2.11-443", "tcp-192.0.2.12-443"],
      ...["tcp-2001-db8--a-80", "tcp-2001-db8--b-80", "tcp-2001-db8--c-80"],
      ...["tcp-198.51.100.0-8080", "tcp-198.51.100.1-8080"],
      ...["tcp-198.51.100.2-8080", "tcp-198.51.100.3-8080", "mark-5"],
    ]);
  });
});
