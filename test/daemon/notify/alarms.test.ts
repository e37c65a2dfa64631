import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mailedEvents } from "../../../src/config/schema/mail.ts";
import { alarmsOf, letterOf, type Pending } from "../../../src/daemon/notify/alarms.ts";
import type { EventBody, LvsdEvent } from "../../../src/model/event.ts";
import { sentenceOf, severityOf } from "../../../src/model/event-text.ts";
import { events } from "../../../src/model/events/events.ts";
import { mailed, server, virtualServer } from "./mailed.ts";

const pending = (event: LvsdEvent, skipped = 0): Pending => ({ event, skipped });
const sender = { host: "lb1", role: "primary", state: "active" } as const;

describe("what happened because of something else stands under it", () => {
  it("real servers under their virtual server, faults and the peer under the change of state", () => {
    const alarms = alarmsOf(
      [
        server("down", "web", "rs1"),
        mailed({ event: "peer", kind: "dead", text: "nothing heard for 1s" }),
        server("down", "mail", "rs9"),
        virtualServer("down", "web"),
        server("down", "web", "rs2"),
        mailed({
          event: "state",
          kind: "changed",
          from: "standby",
          to: "active",
          cause: "peer dead",
        }),
      ].map((event) => pending(event)),
    );
    const told = alarms.map(({ event, dependents }) => [event.event, dependents.length]);
    assert.deepEqual(told.toSorted(), [
      ["real_server", 0],
      ["state", 1],
      ["virtual_server", 2],
    ]);
  });

  it("and alone where its cause is not in the mail", () => {
    const alarms = alarmsOf([pending(server("down", "web", "rs1"))]);
    assert.deepEqual(
      alarms.map(({ event }) => event.event),
      ["real_server"],
    );
  });
});

describe("a letter", () => {
  it("begins with the gravest, indents what follows from it and says how things stand", () => {
    const alarms = alarmsOf([
      pending(server("up", "mail", "rs9")),
      pending(virtualServer("down", "web")),
      pending(server("down", "web", "rs1"), 3),
    ]);
    const { subject, text } = letterOf(alarms, sender, 2);
    assert.match(subject, /^lvsd on lb1 \(primary\): .*web.* \(and 1 more\)$/);
    const lines = text.split("\n");
    assert.match(lines[0] ?? "", /web/);
    assert.match(lines[1] ?? "", /^ {4}\S+ \w+ .*rs1.* \(after 3 other changes\)$/);
    assert.match(lines[2] ?? "", /rs9/);
    assert.equal(lines[3], "2 more events are in the log");
    assert.match(text, /This router is active\./);
  });

  it("is bounded, and no text of a server gets a line of its own", () => {
    const body: EventBody = {
      event: "fault",
      kind: "raised",
      subject: "x",
      text: "a\r\nBcc: evil",
    };
    const event = { ...body, at: "t", severity: severityOf(body), message: sentenceOf(body) };
    const { subject, text } = letterOf(alarmsOf([pending(event)]), sender, 0);
    assert.ok(!/[\r\n]/.test(subject) && !/^Bcc/m.test(text));
    const many = Array.from({ length: 5000 }, (_, at) => pending(server("down", "web", `rs${at}`)));
    const long = letterOf(alarmsOf(many), sender, 0);
    assert.ok(long.text.split("\n").length < 210);
    assert.match(long.text, /4800 more events are in the log/);
  });
});

it("the events that can be mailed are those that are about something", () => {
  const about = Object.entries(events)
    .filter(([, { kinds }]) => Object.values(kinds).some((kind) => "about" in kind && kind.about))
    .map(([name]) => name);
  assert.deepEqual(about.toSorted(), [...mailedEvents].toSorted());
});
