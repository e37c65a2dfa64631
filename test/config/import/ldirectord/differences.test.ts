import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { imported, server } from "./imported.ts";

describe("where lvsd's table differs from ldirectord's", () => {
  const reported = (text: string): string[] =>
    imported(text).findings.map(({ origin, subject, text: why }) => {
      return `${origin?.line} ${subject}: ${why}`;
    });
  const marked = "virtual=5\n    real=192.0.2.21:8080 masq\n    checktype=connect\n";
  const unmarked = "virtual=192.0.2.10:80\n    real=192.0.2.21 masq\n    checktype=connect\n";
  const about = (text: string, pattern: RegExp): number =>
    reported(text).filter((line) => pattern.test(line)).length;

  test("off: the empty virtual service is named", () =>
    assert.equal(
      about(
        unmarked.replace("connect", "off"),
        /^3 virtual=192\.0\.2\.10:80: .*without a real server/,
      ),
      1,
    ));

  test("a mark with NAT: the real server's port is its own, and kept where connections persist", () => {
    const kept = /^2 real=192\.0\.2\.21:8080: .*connections keep their port: 0 in lvsd/;
    assert.deepEqual(server(marked).real_servers, {
      "rs-192.0.2.21": { address: "192.0.2.21", port: 8080, weight: 1 },
    });
    assert.equal(about(marked, kept), 0);
    assert.equal(about(`${marked}    persistent=60\n`, kept), 1);
    assert.equal(about(marked.replace("masq", "gate"), kept), 1);
    assert.equal(about(marked.replace(":8080", ""), /keep their port/), 0);
  });

  test("a mark's real servers are checked at their own port, without one at the service's", () => {
    const http = marked.replace("connect", "negotiate\n    service=http");
    const portOf = (text: string) => (server(text).check as { port?: number }).port;
    assert.equal(portOf(http), undefined);
    assert.equal(portOf(http.replace(":8080", "")), 80);
  });

  test("a real server without a port: the virtual server's, as the kernel takes it", () => {
    const none = /^2 real=192\.0\.2\.21: no port: ldirectord writes 0/;
    assert.equal(about(unmarked, none), 1);
    assert.equal(about(unmarked.replace("21 masq", "21:0 masq"), none), 1);
    assert.equal(about(unmarked.replace("21 masq", "21:80 masq"), none), 0);
    assert.equal(about(unmarked.replace("masq", "gate"), none), 0);
  });
});
