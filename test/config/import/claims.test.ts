import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { claimsOf, isHeartbeat, withRouters } from "../../../src/config/import/claims.ts";
import { Findings, importDefaults } from "../../../src/config/import/imported.ts";
import { MapNode, printOutline } from "../../../src/config/import/outline.ts";

const haCf =
  "keepalive 2\ndeadtime 3\nudpport 694\nucast eth0 192.0.2.2\nping 192.0.2.254\nnode lb1 lb2\n";
const haresources = "lb1 IPaddr2::192.0.2.10/24/eth0\n";

describe("the files of Heartbeat around another one", () => {
  const files = [
    { name: "ha.cf", text: haCf },
    { name: "haresources", text: haresources },
    { name: "notes", text: "call Bob\n" },
  ];

  it("are taken out of the others, with the addresses that they move", () => {
    const claims = claimsOf(files, new Findings());
    assert.deepEqual(
      claims.floating.map(({ address, length, device }) => ({ address, length, device })),
      [{ address: "192.0.2.10", length: 24, device: "eth0" }],
    );
    const known = [...claims.around.addresses].find(([address]) => address === "192.0.2.10");
    assert.deepEqual(known?.[1], { length: 24, device: "eth0" });
    assert.ok(claims.haCf !== null && claims.isSticky === null);
  });

  it("say the rhythm, and which addresses only the operator knows", () => {
    const root = new MapNode();
    withRouters(root, claimsOf(files, new Findings()), importDefaults);
    const { text } = printOutline(root, []);
    assert.match(text, /interval: 2s/);
    assert.match(text, /dead_after: 4s/, "two intervals at least");
    assert.match(text, /port: 694/);
    assert.match(text, /gateway: \[192\.0\.2\.254\]/);
    assert.match(text, /FILL IN: the primary router's own address \(lb1\); a ucast line names 192/);
    assert.match(text, /FILL IN: the backup router's own address \(lb2\)/);
  });

  it("give way to addresses that were given", () => {
    const root = new MapNode();
    const primary = { public: "192.0.2.1", private: "10.0.0.1" };
    withRouters(root, claimsOf([], new Findings()), { ...importDefaults, primary });
    assert.match(printOutline(root, []).text, /primary: \{ public: 192\.0\.2\.1, private: 10\.0/);
  });
});

it("a text is Heartbeat's or Pacemaker's by one of its three files", () => {
  assert.ok([haCf, haresources, "<cib><configuration/></cib>"].every(isHeartbeat));
  assert.ok(!isHeartbeat("virtual=192.0.2.10:80\n"));
});

it("the node that resources prefer is the primary, and Pacemaker names both", () => {
  const rows = [
    [
      [
        { name: "ha.cf", text: haCf },
        { name: "haresources", text: "lb2 IPaddr2::192.0.2.10\n" },
      ],
      "lb2",
      "lb1",
    ],
    [
      [{ name: "cib.xml", text: '<cib><node id="1" uname="n1"/><node id="2" uname="n2"/></cib>' }],
      "n1",
      "n2",
    ],
  ] as const;
  for (const [files, primary, backup] of rows) {
    const root = new MapNode();
    withRouters(root, claimsOf(files, new Findings()), importDefaults);
    const { text } = printOutline(root, []);
    assert.match(text, new RegExp(`the primary router's own address \\(${primary}\\)`));
    assert.match(text, new RegExp(`the backup router's own address \\(${backup}\\)`));
  }
});
