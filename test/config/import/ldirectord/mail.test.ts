import assert from "node:assert/strict";
import { test } from "node:test";
import { imported } from "../mailed.ts";

const ldirectord = (lines: string): string => `${lines}
virtual=192.0.2.10:80
        real=192.0.2.21:80 gate
        scheduler=rr
        protocol=tcp
`;

test("ldirectord's emailalert, quoted or not, by this machine's own server", () => {
  const text = ldirectord('emailalert="ops@example.com, night@example.com"');
  const { mail, told } = imported("ldirectord.cf", text);
  assert.deepEqual(mail, {
    to: ["ops@example.com", "night@example.com"],
    from: "ops@example.com",
    smtp: "127.0.0.1",
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
