import assert from "node:assert/strict";
import { test } from "node:test";
import { metricsText } from "../../src/control/metrics.ts";
import { sampleStatus } from "./sample.ts";

const samples = (text: string) => text.split("\n").filter((line) => !line.startsWith("#"));

const sampleText = await metricsText(sampleStatus);

test("the exposition is well formed: help and type before the samples of each name, each once", () => {
  const seen = new Set<string>();
  let name = "";
  for (const line of sampleText.trimEnd().split("\n")) {
    const head = /^# HELP (lvsd_[a-z_]+) \S.*$/.exec(line);
    if (head !== null) {
      name = head[1] ?? "";
      assert.ok(!seen.has(name), `${name} twice`);
      seen.add(name);
    } else if (line.startsWith("#"))
      assert.match(line, new RegExp(`^# TYPE ${name} (gauge|counter)$`));
    else
      assert.match(
        line,
        new RegExp(`^${name}(\\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\\})? [-0-9.e+]+$`),
      );
  }
  assert.ok(seen.size > 25);
});

const expected = [
  'lvsd_build{version="0.1.0"} 1',
  'lvsd_role{role="primary"} 1',
  'lvsd_role{role="backup"} 0',
  'lvsd_router_state{state="standby"} 0',
  'lvsd_router_state{state="active"} 1',
  "lvsd_router_state_since_seconds 1767225600",
  "lvsd_heartbeats_sent_total 1000",
  'lvsd_heartbeats_refused_total{reason="bad-hmac"} 3',
  'lvsd_refused_total{source="control",reason="bad-json"} 1',
  'lvsd_path_alive{path="private"} 0',
  'lvsd_path_rtt_seconds{path="public"} 0.00041',
  'lvsd_vip_held{address="10.11.12.10/24",device="eth1"} 1',
  "lvsd_ipvs_in_sync 1",
  "lvsd_ipvs_drifts_total 1",
  'lvsd_virtual_server_state{virtual_server="dns6",state="down"} 1',
  'lvsd_real_server_state{virtual_server="web",real_server="rs2",address="10.11.12.2",port="80",state="down"} 1',
  'lvsd_real_server_weight{virtual_server="web",real_server="rs1",address="10.11.12.1",port="80"} 2',
  'lvsd_real_server_check_failed{virtual_server="web",real_server="rs1",address="10.11.12.1",port="80"} 0',
  'lvsd_real_server_check_failed{virtual_server="web",real_server="rs2",address="10.11.12.2",port="80"} 1',
  'lvsd_real_server_check_seconds{virtual_server="web",real_server="rs1",address="10.11.12.1",port="80"} 0.00213',
];
for (const line of expected)
  test(`the metrics say ${line}`, () => {
    assert.ok(samples(sampleText).includes(line));
  });

test("what does not apply has no sample", async () => {
  const text = await metricsText({ ...sampleStatus, peer: null });
  assert.ok(samples(sampleText).some((line) => line.startsWith("lvsd_peer_alive ")));
  assert.ok(!samples(text).some((line) => /^lvsd_(peer|path)_/.test(line)));
  assert.ok(!samples(text).some((line) => line.includes("null") || line.includes("NaN")));
});

test("a label's value is escaped", async () => {
  const faults = [{ kind: "link", subject: 'a"b\\c\nd', text: "" }] as const;
  assert.ok(
    samples(await metricsText({ ...sampleStatus, faults })).includes(
      'lvsd_fault{kind="link",subject="a\\"b\\\\c\\nd"} 1',
    ),
  );
});

test("the loop turns while many samples are printed", async () => {
  const [virtual] = sampleStatus.virtual_servers;
  const [real] = virtual?.real_servers ?? [];
  assert.ok(virtual !== undefined && real !== undefined);
  const real_servers = Array.from({ length: 2000 }, (_, at) => ({ ...real, name: `rs${at}` }));
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 1);
  const status = { ...sampleStatus, virtual_servers: [{ ...virtual, real_servers }] };
  const lines = samples(await metricsText(status));
  clearInterval(counting);
  assert.ok(lines.length > 20_000);
  assert.ok(turns >= 5, `${turns} turns`);
});
