import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsed, withEdits } from "../../../src/config/editing/with-edits.ts";
import { keysOf } from "../../../src/config/schema/check.ts";
import { virtualServerKeys } from "../../../src/config/schema/virtual-server.ts";
import { allParts, groupsIn, leavesIn, partsOf } from "../../../src/console/forms/field.ts";
import { formEdits } from "../../../src/console/forms/form-edits.ts";
import { shownAt } from "../../../src/console/forms/value.ts";
import { pairText } from "../sample-pair.ts";

describe("the fields of the forms", () => {
  it("say of a map whether it is there, or which words may stand in its place", () => {
    const names = ["persistence", "quorum", "damping", "sorry_server", "load_monitor"];
    const groups = groupsIn([
      ...partsOf(virtualServerKeys, names),
      ...partsOf(keysOf("https"), ["tls"]),
    ]);
    const types = ["rup", "ruptime", "agent", "prometheus", "snmp", "command"];
    assert.deepEqual(
      groups.map(({ name, presence }) => [name, presence]),
      [
        ["persistence", { kind: "optional" }],
        ["quorum", { kind: "always" }],
        ["damping", { kind: "words", words: ["off"] }],
        ["sorry_server", { kind: "words", words: ["local"] }],
        ["load_monitor", { kind: "words", words: ["none", ...types] }],
        ["tls", { kind: "words", words: ["true", "false"] }],
      ],
    );
  });

  it("show what stands there, and make no edit of it when it comes back", () => {
    const document = parsed(
      pairText.replace("port: 80", "ports: [80, 443]\n    damping: { hold: 1m }"),
    );
    const root = ["virtual_servers", "web"];
    const parts = allParts(virtualServerKeys, ["check", "real_servers"]);
    const form = new URLSearchParams({ "use.persistence": "on", "use.damping": "{}" });
    for (const one of leavesIn(parts))
      if (one.kind === "field")
        form.set(`k.${one.name}`, shownAt(document, [...root, ...one.path], one));
    assert.equal(form.get("k.ports"), "80, 443");
    assert.equal(form.get("k.damping.hold"), "1m");
    assert.equal(form.get("k.persistence.timeout"), "300s");
    assert.deepEqual(formEdits(form, parts, { document, root }), {
      edits: [],
      refused: [],
      orders: new Map(),
    });
  });

  it("turn sections on and off, and make those that are filled in", () => {
    const document = parsed(pairText);
    const root = ["virtual_servers", "web"];
    const parts = partsOf(virtualServerKeys, ["persistence", "tunnel"]);
    const edits = (form: Record<string, string>) =>
      formEdits(new URLSearchParams(form), parts, { document, root }).edits;
    const off = edits({ "k.persistence.timeout": "300s" });
    assert.deepEqual(off, [{ kind: "remove", path: [...root, "persistence"] }]);
    assert.deepEqual(edits({}), []);
    assert.deepEqual(edits({ "use.tunnel": "on", "k.tunnel.type": "" }), [
      { kind: "set", path: [...root, "tunnel"], value: {} },
    ]);
    assert.deepEqual(edits({ "k.tunnel.type": "gre" }), [
      { kind: "set", path: [...root, "tunnel", "type"], value: "gre" },
    ]);
  });
});

describe("a new entry", () => {
  it("is written with what was filled in alone", () => {
    const parts = allParts(virtualServerKeys, ["check", "real_servers"]);
    const form = new URLSearchParams({
      "k.address": "192.0.2.1/24",
      "k.port": "25",
      "k.fwmark": "",
    });
    const { edits } = formEdits(form, parts, {
      document: parsed(pairText),
      root: ["virtual_servers", ""],
    });
    const named = edits.map((edit) => ({
      ...edit,
      path: ["virtual_servers", "mail2", ...edit.path.slice(2)],
    }));
    const edited = withEdits(pairText, named);
    assert.ok("text" in edited);
    assert.ok(
      edited.text.endsWith("  mail2:\n    address: 192.0.2.1/24\n    port: 25\n"),
      edited.text,
    );
  });
});
