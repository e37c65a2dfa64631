import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Drafts } from "../../../src/console/drafts/drafts.ts";
import { text, user } from "./drafted.ts";

describe("a draft", () => {
  it("of a router that runs Piranha's lvs.cf is YAML, and so is an lvs.cf that it takes", async () => {
    const lvs = (address: string): string =>
      `serial_no = 4\nprimary = ${address}\nservice = lvs\nvirtual web {\n     active = 1\n     address = 192.0.2.10 eth0:1\n     port = 80\n}\n`;
    const draft = user("ann", new Drafts(() => 0), { text: lvs("192.0.2.1"), serial: 4 });
    const { text: yaml } = await draft.open();
    assert.match(yaml, /^# Saved by lvsd in the place of Piranha's lvs\.cf/);
    await draft.edit([{ kind: "set", path: ["virtual_servers", "web", "port"], value: 81 }]);
    assert.equal(draft.present?.text, yaml.replace("port: 80", "port: 81"));
    assert.equal(draft.present?.base.text, yaml);
    await draft.put(lvs("192.0.2.3"));
    assert.equal(draft.present?.text, yaml.replace("192.0.2.1 ", "192.0.2.3 "));
    await draft.put(lvs("192.0.2.1"));
    assert.ok(draft.present === null, "it is what is loaded");
  });

  it("is one user's alone, and takes a whole text", async () => {
    const drafts = new Drafts(() => 0);
    const ann = user("ann", drafts, { text });
    const bob = user("bob", drafts, { text });
    await ann.take("serial: 1\nport: 90\n");
    assert.equal(ann.present?.base.text, text);
    assert.equal(bob.present, null);
    ann.discard();
    assert.equal(ann.present, null);
  });

  it("is bounded in number and in size, and makes room when it was left alone for a day", async () => {
    let now = 0;
    const drafts = new Drafts(() => now);
    for (let at = 0; at < 32; at += 1)
      assert.ok("text" in (await user(`user${at}`, drafts, { text }).take("port: 1\n")));
    const late = user("late", drafts, { text });
    assert.deepEqual(await late.take("port: 1\n"), { refused: "too-many" });
    assert.deepEqual(await user("user1", drafts, { text }).take("x".repeat(5_000_000)), {
      refused: "too-large",
    });
    now += 25 * 3_600_000;
    assert.ok("text" in (await late.take("port: 1\n")));
  });
});
