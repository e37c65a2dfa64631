/** DOCTOR: what speaks against service here, and how to mend it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Found } from "../../../advice/findings/findings.ts";
import { printable } from "../../../model/printable.ts";
import { type Html, html, nothing } from "../../html.ts";
import { badge } from "../../monitor/badge.ts";
import type { Acted, LiveParts, Model, Panel } from "../../panel.ts";

export const doctorPanel: Panel = {
  path: "/doctor",
  title: "doctor.title",
  help: "doctor.help",
  access: "read",
  render,
  live,
  actions: { run },
};

/** A page waits so long for an examination: a small site is examined by then. */
const waitMs = 1500;

const looks = { prevents: "bad", endangers: "warn", advises: "off" } as const;

async function render(model: Model): Promise<Html> {
  const { say, token, examination } = model;
  const { report, failed, running } = examination.state;
  if (report === null && failed === null && !running) void examination.begin();
  if (examination.state.running) {
    const end = new AbortController();
    const late = sleep(waitMs, undefined, { signal: end.signal }).catch(() => {});
    await Promise.race([examination.begin(), late]);
    end.abort();
  }
  return html`<p>${say("doctor.help")}</p>
<form method="post" action="/doctor/run" class="inline">${token}<button class="main">${say("doctor.run")}</button></form>
<div id="findings">${live(model).findings}</div>`;
}

function live({ say, examination }: Model): LiveParts {
  const { report, failed, running } = examination.state;
  const state = running
    ? html`<p class="notice" role="status">${say("doctor.running")} <a href="/doctor">${say("doctor.look")}</a></p>`
    : nothing;
  const trouble =
    failed === null
      ? nothing
      : html`<section class="notice failed"><h2>${say("doctor.failed")}</h2><p lang="en">${printable(failed)}</p></section>`;
  if (report === null) return { findings: html`${state}${trouble}` };
  const { asked, all } = report.real_servers;
  const few = asked < all ? ` ${say("doctor.asked", { asked, all })}` : "";
  const found =
    report.findings.length === 0
      ? html`<p class="notice done">${say("doctor.none")}</p>`
      : html`<div class="findings">${report.findings.map((one) => card(say, printable(one)))}</div>`;
  const findings = html`${state}${trouble}<h2>${say("doctor.found")}</h2>
<p class="quiet">${say("doctor.at", { at: `${report.at.slice(0, 19).replace("T", " ")} UTC` })}${few}</p>
${found}`;
  return { findings };
}

function card(say: Model["say"], { finding, severity, says, seen, remedy }: Found): Html {
  const mend =
    remedy === null
      ? nothing
      : html`<p>${say("doctor.remedy")}:</p><pre tabindex="0" lang="en"><code>${remedy}</code></pre>`;
  return html`<section class="card" aria-label="${finding}"><h3>${badge(looks[severity], say(`doctor.${severity}`))} <span lang="en">${finding}</span></h3>
<p lang="en"><strong>${says}</strong></p><p lang="en">${seen}</p>${mend}</section>
`;
}

async function run({ examination }: Model): Promise<Acted> {
  void examination.begin();
  return { kind: "done", text: "", to: "/doctor" };
}
