/** The panels of forms over a daemon whose answers are written in test/control/sample.ts. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { problemElsewhere } from "../../../src/keys/problem.ts";
import { pairConfig, pairText } from "../sample-pair.ts";
import { serveConsole, visitorAs } from "../served-console.ts";
import type { Visitor } from "../visitor.ts";
import { formIn } from "./sent-form.ts";

async function served(t: TestContext, user = "admin") {
  const console = await serveConsole(t, {
    prepare: (daemon) => {
      daemon.loaded = pairConfig;
    },
  });
  return { ...console, visitor: await visitorAs(console, user) };
}

/** Sends the form of a page with some of its fields changed; null: not ticked. */
async function send(
  visitor: Visitor,
  [page, action]: readonly [string, string],
  changes: Readonly<Record<string, string | null>>,
) {
  const { text } = await visitor.get(page);
  const fields: Record<string, string> = formIn(text, action);
  for (const [name, value] of Object.entries(changes))
    if (value === null) delete fields[name];
    else fields[name] = value;
  return visitor.post(action, fields);
}

/** The text of the draft, as REVIEW has it. */
const draftOf = async (visitor: Visitor): Promise<string> =>
  formIn((await visitor.get("/review")).text, "/review/text").text ?? "";

const web = ["/virtual-server?name=web", "/virtual-server/save"] as const;

describe("the forms", () => {
  it("change a virtual server, keep every comment, and change nothing that was left alone", async (t) => {
    const { visitor, daemon } = await served(t);
    const same = await send(visitor, web, {});
    assert.equal(same.status, 303);
    assert.equal(await draftOf(visitor), pairText);
    const changed = await send(visitor, web, {
      "k.scheduler": "wlc",
      "k.port": "8080",
      "k.persistence.timeout": "600s",
    });
    assert.equal(changed.location, "/virtual-server?name=web");
    assert.match((await visitor.get("/virtual-server?name=web")).text, /Taken into the draft/);
    const wanted = pairText
      .replace("port: 80\n", "port: 8080\n")
      .replace("timeout: 300s", "timeout: 600s")
      .replace(
        "rs2: { address: 10.11.12.2 }\n",
        "rs2: { address: 10.11.12.2 }\n    scheduler: wlc\n",
      );
    assert.equal(await draftOf(visitor), wanted);
    assert.deepEqual(daemon.texts, [], "nothing is stored before Apply");
    const off = await send(visitor, web, { "use.persistence": null });
    assert.equal(off.status, 303);
    assert.doesNotMatch(await draftOf(visitor), /persistence/);
  });

  it("say at each field what is wrong with it, all at once, and keep what was typed", async (t) => {
    const { visitor } = await served(t);
    const answer = await send(visitor, web, {
      "k.port": "80000",
      "k.address": "192.168.26.300/24",
      "k.damping.hold": "{ hold: ",
      "k.reentry": '"><script>alert(1)</script>',
    });
    assert.equal(answer.status, 422);
    for (const name of ["port", "address", "damping-hold", "reentry"]) {
      assert.match(answer.text, new RegExp(`id="k-${name}-wrong"`), name);
      assert.match(
        answer.text,
        new RegExp(
          `name="k.${name.replace("-", ".")}"[^>]*aria-invalid="true" aria-describedby="k-${name}-wrong k-${name}-help"`,
        ),
        name,
      );
    }
    assert.match(answer.text, /value="80000"/);
    assert.doesNotMatch(answer.text, /<script>alert/);
    assert.equal(await draftOf(visitor), pairText);
    const anyway = await send(visitor, web, { "k.port": "80000", anyway: "on" });
    assert.equal(anyway.status, 303);
    assert.match(await draftOf(visitor), /port: 80000/);
    assert.match((await visitor.get("/virtual-server?name=web")).text, /id="k-port-wrong"/);
  });

  it("add, rename, copy, deactivate and delete virtual servers", async (t) => {
    const { visitor } = await served(t);
    const add = ["/virtual-server?new=shop", "/virtual-server/save"] as const;
    const wrong = await send(visitor, add, { entry: "a b", "k.port": "81" });
    assert.match(wrong.text, /id="k-entry-wrong"/);
    assert.match((await send(visitor, add, { entry: "mail" })).text, /This name is taken/);
    const added = await send(visitor, add, { "k.address": "192.168.26.13/24", "k.port": "81" });
    assert.equal(added.location, "/virtual-server?name=shop");
    assert.match(
      await draftOf(visitor),
      /\n {2}shop:\n {4}address: 192\.168\.26\.13\/24\n {4}port: 81\n$/,
    );
    await send(visitor, ["/virtual-server?name=shop", "/virtual-server/save"], { entry: "store" });
    assert.match(await draftOf(visitor), /\n {2}store:\n/);
    const list = (action: string, fields: Record<string, string>) =>
      visitor.submit("/virtual-servers", "/virtual-servers/edit", { do: action, ...fields });
    assert.equal((await list("copy", { name: "web", to: "web2" })).status, 303);
    const copied = await draftOf(visitor);
    assert.equal(copied.split("# by the web team").length, 3);
    assert.match(copied, /web2:.*active: false/s);
    assert.equal((await list("copy", { name: "web", to: "web2" })).status, 422);
    await list("toggle", { name: "web2" });
    await list("delete", { name: "store" });
    await list("delete", { name: "web2" });
    assert.equal(await draftOf(visitor), pairText);
    assert.match((await list("delete", {})).text, /Choose an entry/);
  });

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

  it("change the type of a check, and take with it what that type has not", async (t) => {
    const { visitor } = await served(t);
    const shown = (await visitor.get("/monitoring?vs=web")).text;
    assert.match(shown, /name="k.path" value="\/health"/);
    assert.match(shown, /Left out, it is 2s/);
    const smtp = ["/monitoring?vs=web&type=smtp", "/monitoring/save"] as const;
    assert.equal(
      (await send(visitor, smtp, { "k.helo": "lb.example.com", "k.rise": "3" })).status,
      303,
    );
    assert.match(
      await draftOf(visitor),
      /check: \{ type: smtp, helo: lb\.example\.com, rise: 3 \} {3}# by the web team/,
    );
    const wrong = await send(visitor, ["/monitoring?vs=ns", "/monitoring/save"], {
      "k.name": "a b",
    });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /id="k-name-wrong"/);
  });

  it("show what an included file holds, and say where it is changed", async (t) => {
    const { visitor } = await served(t);
    const list = (await visitor.get("/virtual-servers")).text;
    assert.match(list, /teams\/mail\.yaml/);
    assert.match(list, /192\.168\.26\.12<\/td><td class="address">255\.255\.255\.0/);
    for (const page of [
      "/virtual-server?name=mail",
      "/real-servers?vs=mail",
      "/monitoring?vs=mail",
    ]) {
      const { text } = await visitor.get(page);
      assert.match(text, /This stands in \/etc\/lvsd\/teams\/mail\.yaml/, page);
      assert.doesNotMatch(
        text,
        /method="post" action="\/(?:virtual-server|real-servers|monitoring)\/(?:save|edit|list|any)"/,
      );
    }
    const token = await visitor.tokenOf("/control");
    const forced = { token, name: "mail", "k.port": "26", entry: "mail" };
    assert.equal((await visitor.post("/virtual-server/save", forced)).status, 422);
    assert.equal(await draftOf(visitor), pairText);
  });

  it("change settings of the pair where they stand, and make sections that are missing", async (t) => {
    const { visitor } = await served(t);
    const redundancy = ["/redundancy", "/redundancy/save"] as const;
    const half = await send(visitor, redundancy, { "k.connection_sync.device": "eth1" });
    assert.match(half.text, /id="k-connection_sync-id-wrong"/);
    const whole = { "k.connection_sync.device": "eth1", "k.connection_sync.id": "4" };
    await send(visitor, redundancy, { ...whole, "k.heartbeat.interval": "100ms" });
    await send(visitor, ["/global", "/global/save"], {
      "k.timeouts.udp": "60s",
      "k.console.allow": "192.0.2.0/24",
    });
    const text = await draftOf(visitor);
    assert.match(text, /interval: 100ms {3}# measured/);
    assert.match(text, /connection_sync:\n {2}device: eth1\n {2}id: 4\n/);
    assert.match(text, /timeouts:\n {2}udp: 60s\n/);
    assert.match(text, /console:\n {2}allow: 192\.0\.2\.0\/24\n/);
  });

  it("make a first configuration from nothing", async (t) => {
    const { visitor, daemon } = await served(t);
    daemon.loaded = { ...pairConfig, serial: 0, hash: "", text: "", includes: [] };
    await send(visitor, ["/global", "/global/save"], { "k.routers.primary.public": "192.0.2.1" });
    await send(visitor, ["/virtual-server?new=web", "/virtual-server/save"], {
      ...{ "k.address": "192.0.2.10/24", "k.port": "80" },
    });
    await send(visitor, ["/real-server?vs=web&new=rs1", "/real-server/save"], {
      "k.address": "10.0.0.1",
    });
    const page = await visitor.get("/review");
    assert.match(page.text, /action="\/review\/apply"/);
    await visitor.post("/review/apply", formIn(page.text, "/review/apply"));
    assert.deepEqual(daemon.texts, [
      "routers:\n  primary:\n    public: 192.0.2.1\nvirtual_servers:\n  web:\n    address: 192.0.2.10/24\n    port: 80\n    real_servers:\n      rs1:\n        address: 10.0.0.1\n",
    ]);
    assert.deepEqual(daemon.ontos, [null]);
  });
});

describe("the forms and what stands in an address", () => {
  it("show a name of the address as text, and make no entry of it that is no name", async (t) => {
    const { visitor } = await served(t);
    const evil = `"><script>alert(1)</script>`;
    for (const parameter of ["new", "name", "vs", "defaults"])
      for (const panel of [
        "virtual-server",
        "real-servers",
        "real-server",
        "monitoring",
        "review",
      ]) {
        const query = new URLSearchParams({ vs: "web", [parameter]: evil });
        const { text } = await visitor.get(`/${panel}?${query}`);
        assert.doesNotMatch(text, /<script>alert/, `${panel} ${parameter}`);
      }
    const page = `/virtual-server?${new URLSearchParams({ new: evil })}`;
    const refused = await send(visitor, [page, "/virtual-server/save"], { "k.port": "80" });
    assert.equal(refused.status, 422);
    assert.doesNotMatch(refused.text, /<script>alert/);
    assert.equal(await draftOf(visitor), pairText);
  });
});

describe("the forms and who may", () => {
  const actions = [
    ...["/global/save", "/redundancy/save", "/virtual-server/save", "/virtual-servers/edit"],
    ...["/real-server/save", "/real-servers/edit", "/monitoring/save", "/monitoring/list"],
    ...["/monitoring/any", "/monitoring/remove", "/services/edit", "/service/save"],
  ];
  const pages = [
    ...["/global", "/redundancy", "/virtual-servers", "/virtual-server?name=web"],
    ...["/real-servers?vs=web", "/real-server?vs=web&name=rs1", "/monitoring?vs=web"],
  ];

  it("show everything to a read-only user and to an operator of some, and take nothing", async (t) => {
    const console = await served(t);
    for (const user of ["reader", "webonly"]) {
      const visitor = await visitorAs(console, user);
      for (const page of pages) {
        const { status, text } = await visitor.get(page);
        assert.equal(status, 200, page);
        for (const action of actions) assert.doesNotMatch(text, new RegExp(`action="${action}"`));
      }
      const token = await visitor.tokenOf("/control");
      for (const action of actions) {
        const forged = { token, name: "web", vs: "web", "k.port": "1", to: "x" };
        assert.equal((await visitor.post(action, forged)).status, 403, `${user} ${action}`);
      }
    }
    assert.equal(await draftOf(console.visitor), pairText);
  });

  it("take no form without the token of its session", async (t) => {
    const { visitor } = await served(t);
    for (const action of actions)
      assert.equal((await visitor.post(action, { token: "x", name: "web" })).status, 403, action);
  });

  it("try the check of a real server for those who operate it, and show what was said", async (t) => {
    const console = await served(t, "webonly");
    const fields = { vs: "web", server: "rs1" };
    const steps = [{ at_ms: 0.4, kind: "heard", text: "HTTP/1.1 503 <b>\u001b[31m" }] as const;
    const one = { type: "http", address: "10.11.12.1", port: 80, passed: false, took_ms: 1.2 };
    const tries = [{ ...one, reason: "status", why: "503 is not among 200-299", steps }];
    const server = { real_server: "rs1", address: "10.11.12.1", port: 80, passed: false, tries };
    console.daemon.probeRealServer = async () => ({ ok: true, passed: false, servers: [server] });
    const tried = await console.visitor.submit("/monitoring?vs=web", "/monitoring/try", fields);
    assert.equal(tried.status, 200);
    assert.match(tried.text, /role="region" aria-label="Conversation with/);
    assert.match(tried.text, /0\.4 ms ← HTTP\/1\.1 503 &lt;b&gt;/);
    assert.ok(!tried.text.includes("\u001b"));
    const token = await console.visitor.tokenOf("/control");
    const other = await console.visitor.post("/monitoring/try", { token, vs: "ns", server: "ns1" });
    assert.equal(other.status, 403);
    const reader = await visitorAs(console, "reader");
    const page = await reader.get("/monitoring?vs=web");
    assert.doesNotMatch(page.text, /action="\/monitoring\/try"/);
    const refused = await reader.post("/monitoring/try", {
      ...fields,
      token: await reader.tokenOf("/control"),
    });
    assert.equal(refused.status, 403);
    console.daemon.probeRealServer = async () => ({
      ...{ ok: false, fault: "now", problems: [problemElsewhere(`<b>no such server</b>`)] },
    });
    const failed = await console.visitor.submit("/monitoring?vs=web", "/monitoring/try", fields);
    assert.match(failed.text, /&lt;b&gt;no such server/);
  });

  it("say in each language what the fields are called", async (t) => {
    const { visitor } = await served(t);
    for (const [language, label] of [
      ["ja", "アプリケーションポート"],
      ["zh-TW", "應用程式連接埠"],
    ] as const) {
      visitor.language = language;
      assert.match((await visitor.get("/virtual-server?name=web")).text, new RegExp(label));
    }
  });
});
