/** What keepalived and ldirectord mail is `notify.mail`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { importFiles } from "../../../src/config/import/import.ts";
import { importDefaults } from "../../../src/config/import/imported.ts";

function imported(name: string, text: string) {
  const result = importFiles([{ name, text }], null, importDefaults);
  assert.ok("text" in result, JSON.stringify(result));
  const subjects = ["notification_email", "emailalert"];
  const about = result.findings.filter(({ subject }) =>
    subjects.includes(subject.split("=")[0] ?? ""),
  );
  return {
    mail: parse(result.text).notify?.mail,
    told: about.map((one) => `${one.kind}: ${one.text}`),
  };
}

const keepalived = (lines: string): string => `global_defs {
  ${lines}
}
vrrp_instance V { interface eth0
  virtual_router_id 51
  virtual_ipaddress { 192.0.2.10/24 }
}
`;
const ldirectord = (lines: string): string => `${lines}
virtual=192.0.2.10:80
        real=192.0.2.21:80 gate
        scheduler=rr
        protocol=tcp
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
    ...{ to: ["ops@example.com", "night@example.com", "third@example.com"] },
    ...{ from: "lb@example.com", smtp: "192.0.2.25", port: 2525 },
  });
  assert.match(told.join(), /^changed: notify\.mail: one mail a minute at most/);
});

test("a mail server that is a name is left out, and the report says why", () => {
  const text = keepalived("notification_email { ops@example.com }\n  smtp_server mail.example.com");
  const { mail, told } = imported("keepalived.conf", text);
  assert.equal(mail, undefined);
  assert.match(told.join(), /^left-out: mail\.example\.com is a name: notify\.mail\.smtp takes/);
});

test("ldirectord's emailalert, quoted or not, by this machine's own server", () => {
  const text = ldirectord('emailalert="ops@example.com, night@example.com"');
  const { mail, told } = imported("ldirectord.cf", text);
  assert.deepEqual(mail, {
    ...{ to: ["ops@example.com", "night@example.com"] },
    ...{ from: "ops@example.com", smtp: "127.0.0.1" },
  });
  assert.match(
    told.join(),
    /this machine \(127\.0\.0\.1\) takes it; its sender is the first recipient/,
  );
});

test("ldirectord's sender and server", () => {
  const lines = "emailalert=ops@example.com\nemailalertfrom=lb@example.com\nsmtp=192.0.2.25";
  const { mail } = imported("ldirectord.cf", ldirectord(lines));
  assert.deepEqual([mail.from, mail.smtp], ["lb@example.com", "192.0.2.25"]);
});
