import assert from "node:assert/strict";
import { test } from "node:test";
import { imported } from "./mailed.ts";

const keepalived = (lines: string): string => `global_defs {
  ${lines}
}
vrrp_instance V { interface eth0
  virtual_router_id 51
  virtual_ipaddress { 192.0.2.10/24 }
}
`;

test("keepalived's notification_email, in whatever form, with its server and port", () => {
  const text = keepalived(`notification_email {
    ops@example.com night@example.com
    third@example.com
  }
  notification_email_from lb@example.com
  smtp_server 192.0.2.25 2525`);
  const { mail, told } = imported("keepalived.conf", text);
  assert.deepEqual(mail, {
    to: ["ops@example.com", "night@example.com", "third@example.com"],
    from: "lb@example.com",
    smtp: "192.0.2.25",
    port: 2525,
  });
  assert.match(told.join(), /^changed: notify\.mail: one mail a minute at most/);
});

test("a mail server that is a name is left out, and the report says why", () => {
  const text = keepalived("notification_email { ops@example.com }\n  smtp_server mail.example.com");
  const { mail, told } = imported("keepalived.conf", text);
  assert.equal(mail, undefined);
  assert.match(told.join(), /^left-out: mail\.example\.com is a name: notify\.mail\.smtp takes/);
});
