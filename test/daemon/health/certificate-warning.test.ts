import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tried } from "../../../src/checks/check.ts";
import { warnOfCertificate } from "../../../src/daemon/health/certificate-warning.ts";
import { makeProbe } from "../../../src/daemon/health/probe.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { sentenceOf, severityOf } from "../../../src/model/event-text.ts";
import { addMs, instant, ms } from "../../../src/model/time.ts";
import { tcpCheck } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const hour = 3_600_000;

test("a certificate that ends soon is warned of once a day, until it is renewed", () => {
  const endpoint = { address: address("10.0.0.1"), port: 443 };
  const probe = makeProbe("key", tcpCheck(), endpoint, 0);
  probe.nannies.add("web/rs1").add("shop/rs1");
  const said: EventBody[] = [];
  const at = (hours: number, days?: number): number => {
    const tried: Tried = {
      kind: "passed",
      took: ms(1),
      ...(days !== undefined && { certificateDays: days }),
    };
    said.length = 0;
    const now = addMs(instant(0), ms(hours * hour));
    warnOfCertificate(probe, tried, now, (event) => said.push(event));
    return said.length;
  };
  assert.equal(at(0), 0);
  assert.equal(at(1, 5), 2);
  const [first] = said;
  assert.ok(first !== undefined);
  assert.equal(sentenceOf(first), "the certificate of web/rs1 ends in 5 days: renew it");
  assert.equal(severityOf(first), "warn");
  assert.equal(at(2, 5), 0);
  assert.equal(at(24, 4), 0);
  assert.equal(at(25, 4), 2);
  assert.equal(at(26), 0, "renewed");
  assert.equal(at(27, 0), 2, "another one that ends");
  assert.match(sentenceOf(said[0] ?? first), /ends in less than a day: renew it$/);
  assert.equal(at(60, -1), 2);
  assert.match(sentenceOf(said[0] ?? first), /the certificate of .* has ended$/);
});
