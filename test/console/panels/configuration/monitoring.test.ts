import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { draftOf, saved, send, served } from "../../forms/checked.ts";
import { pairText } from "../../sample-pair.ts";

const listText = pairText.replace(
  "check: { type: http, path: /health }   # by the web team\n",
  `check:
      # what the shop answers
      - type: http   # by the web team
        path: /health
      # the port behind it
      - type: tcp
        port: 8443
`,
);

describe("a list of checks", () => {
  it("is made of the present check and a further one, whose type is chosen first", async (t) => {
    const visitor = await served(t);
    const page = await visitor.get("/monitoring?vs=web");
    assert.match(page.text, /A further check in addition to this one/);
    const added = await send(visitor, saved("vs=web&at=new&type=smtp"), { "k.helo": "lb.example" });
    assert.equal(added.location, "/monitoring?vs=web&at=1");
    assert.match(
      await draftOf(visitor),
      /check: \[\{ type: http, path: \/health \}, \{ type: smtp, helo: lb\.example \}\] {3}# by the web team/,
    );
    const list = (await visitor.get("/monitoring?vs=web&at=1")).text;
    assert.match(list, /aria-current="page">2: smtp</);
    assert.match(list, /name="k.helo" value="lb.example"/);
  });

  it("begins with what the protocol brings, or with the list that it takes the place of", async (t) => {
    const visitor = await served(t, listText);
    await send(visitor, saved("vs=web&rs=rs2&at=new&type=ping"), {});
    assert.match(
      await draftOf(visitor),
      /rs2: \{ address: 10\.11\.12\.2, check: \[\{type: http, path: \/health, interval: 2s\}, \{type: tcp, port: 8443, interval: 2s\}, \{type: ping\}\] \}/,
      "the interval lies under the list, and under none that takes its place",
    );
    const bare = await served(t, pairText.replace(/ {4}check: \{ type: http.*\n/, ""));
    await send(bare, saved("vs=web&at=new&type=https"), {});
    assert.match(await draftOf(bare), /check:\n {6}- type: tcp\n {6}- type: https\n/);
  });

  it("changes its order, loses one, and keeps every comment", async (t) => {
    const visitor = await served(t, listText);
    const list = (what: string) =>
      send(visitor, ["/monitoring?vs=web", "/monitoring/list"], { do: what });
    await list("lower:0");
    const [, upper = ""] = listText.split("check:\n      #");
    const [http = "", tcp = ""] = upper.split("      # the port");
    const tcpItem = `      # the port${tcp.slice(0, tcp.indexOf("    real_servers"))}`;
    const swapped = listText.replace(`      #${http}${tcpItem}`, `${tcpItem}      #${http}`);
    assert.notEqual(swapped, listText);
    assert.equal(await draftOf(visitor), swapped);
    await list("lower:0");
    assert.equal(await draftOf(visitor), listText);
    await list("delete:1");
    assert.equal(await draftOf(visitor), listText.replace(tcpItem, ""));
    await list("delete:0");
    assert.doesNotMatch(await draftOf(visitor), /health/);
    for (const nonsense of ["delete:7", "lower:1", "delete:x", ""])
      assert.equal((await list(nonsense).catch(() => ({ status: 422 }))).status, 422, nonsense);
  });

  it("says how many must pass, wherever that stood", async (t) => {
    const visitor = await served(t, listText);
    const any = (value: string) =>
      send(visitor, ["/monitoring?vs=web", "/monitoring/any"], { any: value });
    await any("true");
    assert.match(await draftOf(visitor), /path: \/health\n {8}any: true\n/);
    await any("");
    assert.equal(await draftOf(visitor), listText);
    const apart = listText.replace("port: 8443\n", "port: 8443\n      - any: true\n");
    const other = await served(t, apart);
    const { text } = await other.get("/monitoring?vs=web");
    assert.match(text, /value="true" selected>one check passes/);
    assert.doesNotMatch(text, />3: /, "what says only `any` is no check");
    await send(other, ["/monitoring?vs=web", "/monitoring/any"], { any: "" });
    assert.equal(await draftOf(other), listText);
  });

  it("has errors at their fields, all at once, and another type where one is chosen", async (t) => {
    const visitor = await served(t, listText);
    const wrong = await send(visitor, saved("vs=web&at=1"), { "k.port": "80000", "k.rise": "0" });
    assert.equal(wrong.status, 422);
    for (const name of ["port", "rise"])
      assert.match(wrong.text, new RegExp(`id="k-${name}-wrong"`));
    assert.equal(await draftOf(visitor), listText);
    await send(visitor, saved("vs=web&at=0&type=smtp"), {});
    assert.match(await draftOf(visitor), /- type: smtp {3}# by the web team\n {6}# the port/);
    const none = (await visitor.get("/monitoring?vs=web&at=0")).text;
    assert.doesNotMatch(none, /<option value="none"/, "among several it would always pass");
  });

  it("is shown and not changed for who may not", async (t) => {
    const visitor = await served(t, listText, "reader");
    const { text } = await visitor.get("/monitoring?vs=web");
    assert.match(text, />2: tcp</);
    assert.doesNotMatch(text, /action="\/monitoring\/(?:list|any|save|remove)"/);
    const token = await visitor.tokenOf("/control");
    for (const action of ["list", "any", "remove"]) {
      const forged = { token, vs: "web", do: "delete:0", any: "true" };
      assert.equal((await visitor.post(`/monitoring/${action}`, forged)).status, 403, action);
    }
  });

  it("gives way to what lies under it where it is removed", async (t) => {
    const visitor = await served(t);
    await send(visitor, ["/monitoring?vs=web", "/monitoring/remove"], {});
    assert.equal(await draftOf(visitor), pairText.replace(/ {4}check: \{ type: http.*\n/, ""));
    await send(visitor, saved("defaults=1"), { "k.interval": "5s" });
    assert.match(await draftOf(visitor), /check: \{ interval: 5s \}\nvirtual/);
  });
});
