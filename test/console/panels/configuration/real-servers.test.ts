import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { draftOf, send, served } from "../../forms/edited.ts";
import { pairText } from "../../sample-pair.ts";

describe("the list of real servers", () => {
  it("add, change, copy and delete real servers, and their own checks", async (t) => {
    const { visitor } = await served(t);
    const rs = (query: string) => [`/real-server?vs=web&${query}`, "/real-server/save"] as const;
    const added = await send(visitor, rs("new=rs3"), { "k.address": "10.11.12.4" });
    assert.equal(added.location, "/real-servers?vs=web");
    assert.match(await draftOf(visitor), /rs3: \{ address: 10\.11\.12\.4 \}/);
    await send(visitor, rs("name=rs3"), { "k.weight": "7", entry: "rs4" });
    assert.match(await draftOf(visitor), /rs4: \{ address: 10\.11\.12\.4, weight: 7 \}/);
    const missing = await send(visitor, rs("name=rs4"), { "k.address": "" });
    assert.match(missing.text, /id="k-address-wrong"[^<]*>[^<]*address is missing/);
    const page = "/real-servers?vs=web";
    const list = (action: string, fields: Record<string, string>) =>
      visitor.submit(page, "/real-servers/edit", { do: action, vs: "web", ...fields });
    await list("toggle", { name: "rs4" });
    assert.match(await draftOf(visitor), /weight: 7, active: false \}/);
    await list("delete", { name: "rs4" });
    assert.equal(await draftOf(visitor), pairText);
    const own = ["/monitoring?vs=web&rs=rs2&type=tcp", "/monitoring/save"] as const;
    await send(visitor, own, { "k.port": "8443" });
    assert.match(
      await draftOf(visitor),
      /rs2: \{ address: 10\.11\.12\.2, check: \{ type: tcp, port: 8443 \} \}/,
    );
  });
});
