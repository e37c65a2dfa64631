import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { refusedNow } from "../../../src/daemon/refused.ts";
import { busyGraphs } from "../busy-router.ts";
import { serveConsole, visitorAs } from "../served-console.ts";

/** The numbers that the script draws. */
const drawn = (page: string): { times: number[]; lines: { label: string; values: number[] }[] }[] =>
  [...page.matchAll(/data-graph="([^"]*)"/g)].map(([, text = ""]) =>
    JSON.parse(text.replaceAll("&quot;", '"')),
  );

describe("GRAPHS", () => {
  it("are in CONTROL/MONITORING, as numbers to draw, in words, and as a table", async (t) => {
    const served = await serveConsole(t, {
      prepare: (daemon) => {
        daemon.graphed = busyGraphs;
      },
    });
    const { text } = await (await visitorAs(served, "reader")).get("/control");
    const graphs = drawn(text);
    assert.deepEqual(
      graphs.map(({ lines }) => lines.map(({ label }) => label)),
      [["new"], ["out", "in"], ["active", "inactive"], ["public", "private"]],
    );
    const [first] = graphs;
    assert.equal(first?.times.length, 360);
    assert.equal(first?.times.at(-1), Date.parse("2026-11-29T09:00:00Z") / 1000);
    assert.equal((first?.times[1] ?? 0) - (first?.times[0] ?? 0), 30);
    assert.match(text, /new: last [\d.]+, highest [\d.]+, lowest [\d.]+/);
    // 24 rows of a quarter of an hour's half, in four graphs.
    assert.equal([...text.matchAll(/<tr><th scope="row"><time/g)].length, 4 * 24);
  });

  it("are of one virtual server and of a day where that is asked for", async (t) => {
    const served = await serveConsole(t);
    const asked: object[] = [];
    const { graphs } = served.daemon;
    served.daemon.graphs = async (given) => {
      asked.push(given);
      return graphs(given);
    };
    const visitor = await visitorAs(served, "admin");
    const { text } = await visitor.get("/graphs?server=web&span=day");
    assert.deepEqual(asked.at(-1), { virtualServer: "web", day: true });
    assert.match(text, /<option value="web" selected>/);
    assert.equal(drawn(text).length, 4);
  });

  it("say why there are none", async (t) => {
    const served = await serveConsole(t);
    const visitor = await visitorAs(served, "admin");
    served.daemon.graphed = refusedNow("there is no graph of a virtual server <b>x</b>");
    const refused = await visitor.get("/graphs?server=%3Cb%3Ex%3C%2Fb%3E");
    assert.match(refused.text, /there is no graph of a virtual server &lt;b&gt;x/);
    assert.doesNotMatch(refused.text, /<b>x/);
    served.daemon.graphed = { ...busyGraphs, lines: [], paths: [] };
    assert.match((await visitor.get("/graphs")).text, /There are no values yet/);
    await served.daemonEnds();
    const gone = await visitor.get("/graphs?server=web");
    assert.equal(gone.status, 200);
  });
});
