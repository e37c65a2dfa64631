import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsed, withEdits } from "../../../src/config/editing/with-edits.ts";
import { keysOf } from "../../../src/config/schema/check.ts";
import { rootKeys } from "../../../src/config/schema/root.ts";
import { virtualServerKeys } from "../../../src/config/schema/virtual-server.ts";
import { readDraft } from "../../../src/console/drafts/read-draft.ts";
import {
  allParts,
  type DescribedKeys,
  type Field,
  groupsIn,
  leavesIn,
  partsOf,
} from "../../../src/console/forms/field.ts";
import { helpText } from "../../../src/console/forms/form.ts";
import { formEdits } from "../../../src/console/forms/form-edits.ts";
import { placed } from "../../../src/console/forms/placed.ts";
import { shownAt, writtenFor } from "../../../src/console/forms/value.ts";
import { netmaskOf } from "../../../src/console/panels/configuration/virtual-servers.ts";
import { pairConfig, pairText } from "../sample-pair.ts";

const field = (keys: DescribedKeys, name: string): Field => {
  const [part] = partsOf(keys, [name]);
  if (part?.kind !== "field") throw new Error(`${name} is no field`);
  return part;
};

describe("the fields of the forms", () => {
  it("are of the kind that the schema says", () => {
    const kinds: readonly (readonly [DescribedKeys, string, string])[] = [
      [virtualServerKeys, "scheduler", "choice"],
      [virtualServerKeys, "quiesce", "flag"],
      [virtualServerKeys, "port", "line"],
      [virtualServerKeys, "address", "list"],
      [virtualServerKeys, "ports", "list"],
      [rootKeys, "nat_router.masquerade", "line"],
      [rootKeys, "notify.command", "list"],
      [rootKeys, "failover.gateway", "list"],
      [rootKeys, "heartbeat.dead_after", "line"],
      [keysOf("command"), "args", "list"],
    ];
    for (const [keys, name, kind] of kinds) assert.equal(field(keys, name).input.kind, kind, name);
    assert.deepEqual(partsOf(rootKeys, ["notify.post"]), []);
    const many: readonly (readonly [DescribedKeys, string, string])[] = [
      [rootKeys, "vips", "rows"],
      [keysOf("send_expect"), "dialogue", "rows"],
      [keysOf("http"), "headers", "pairs"],
      [keysOf("command"), "environment", "pairs"],
    ];
    for (const [keys, name, kind] of many) assert.equal(partsOf(keys, [name])[0]?.kind, kind, name);
  });

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

  it("write what they were given as the file would have it", () => {
    const cases: readonly (readonly [Field, string, unknown])[] = [
      [field(virtualServerKeys, "port"), " 80 ", 80],
      [field(virtualServerKeys, "quiesce"), "true", true],
      [field(virtualServerKeys, "address"), "192.0.2.1/24", "192.0.2.1/24"],
      [
        field(virtualServerKeys, "address"),
        "[192.0.2.1/24, 2001:db8::1/64]",
        ["192.0.2.1/24", "2001:db8::1/64"],
      ],
      [field(virtualServerKeys, "ports"), "80, 443\r\n53/udp", [80, 443, "53/udp"]],
      [field(virtualServerKeys, "ports"), "80", 80],
      [field(keysOf("http"), "path"), "[1]", "[1]"],
      [field(keysOf("command"), "args"), "-H\r\n%h, really", ["-H", "%h, really"]],
      [
        field(virtualServerKeys, "address"),
        "192.0.2.1/24, 192.0.2.2/24",
        ["192.0.2.1/24", "192.0.2.2/24"],
      ],
      [field(rootKeys, "notify.command"), "/bin/a\r\n-x, y", ["/bin/a", "-x, y"]],
      [field(rootKeys, "notify.command"), "/bin/a", "/bin/a"],
    ];
    for (const [one, given, value] of cases)
      assert.deepEqual(writtenFor(one, given), { kind: "value", value }, `${one.name} ${given}`);
    assert.deepEqual(writtenFor(field(virtualServerKeys, "port"), "  "), { kind: "nothing" });
    assert.deepEqual(writtenFor(field(virtualServerKeys, "ports"), "[80, "), {
      kind: "unreadable",
    });
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
      ...{ edits: [], refused: [], orders: new Map() },
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

describe("a problem of the text", () => {
  const root = ["virtual_servers", "web"];
  const parts = allParts(virtualServerKeys, ["check", "real_servers"]);
  const judged = (text: string) => {
    const read = readDraft(pairConfig, text);
    const problems = "problems" in read ? read.problems : [];
    return placed(problems, parts, { text, document: parsed(text), root });
  };

  it("stands at its field, wherever it was found", () => {
    const cases: readonly (readonly [string, string])[] = [
      [pairText.replace("port: 80", "port: 80000"), "port"],
      [pairText.replace("timeout: 300s", "timeout: 3"), ""],
      [pairText.replace("timeout: 300s", "timeout: soon"), "persistence.timeout"],
      [pairText.replace("port: 80\n", "scheduler: wcl\n    port: 80\n"), "scheduler"],
    ];
    for (const [text, name] of cases)
      assert.deepEqual([...judged(text).byName.keys()], name === "" ? [] : [name], name);
  });

  it("is told apart from those of other entries", () => {
    const text = pairText
      .replace("port: 53", "port: 530000")
      .replace("address: 10.11.12.2", "x: 1");
    const { byName, within, elsewhere } = judged(text);
    assert.equal(byName.size, 0);
    assert.match(within[0]?.message ?? "", /rs2/);
    assert.ok(elsewhere.some(({ message }) => /virtual_servers\.ns\.port/.test(message)));
  });
});

describe("the netmask of a VIP", () => {
  it("is written as the old tool wrote it", () => {
    const cases = [
      ["192.168.26.10/24", "255.255.255.0"],
      ["10.0.0.1", ""],
      ["2001:db8::53/64", "/64"],
      ["[192.0.2.1/24, 192.0.2.2/24]", ""],
    ] as const;
    for (const [address, mask] of cases) assert.equal(netmaskOf(address), mask, address);
  });
});

describe("the help of a field", () => {
  it("has code in it, and names pages of the documentation that the console does not have", () => {
    const help = "With `nat` alone ([names.md](names.md)) <b>";
    const wanted = "With <code>nat</code> alone (<code>docs/names.md</code>) &lt;b&gt;";
    assert.equal(helpText(help).toString(), wanted);
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
