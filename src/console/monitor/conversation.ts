/** What a check said and heard, once: the console's `lvsd probe`. */
import type { ProbeReport, Refusal } from "../../control/api.ts";
import { printable } from "../../model/printable.ts";
import { type Html, html, nothing } from "../html.ts";
import type { Model } from "../panel.ts";
import { problemList } from "../web/problems.ts";
import { badge } from "./badge.ts";

/** Steps of one try that are shown. */
const stepsMax = 200;
const signs = { note: "·", sent: "→", heard: "←" } as const;

export function conversationPart({ say }: Model, report: ProbeReport | Refusal): Html {
  if (!report.ok)
    return html`<section class="banner bad" role="alert"><h2>${say("frame.refused")}</h2>${problemList(report.problems)}</section>`;
  const servers = report.servers.map(({ real_server: name, tries }) => {
    const shown = tries.map((one) => {
      const { type, address, port, passed, took_ms: took, reason, why, steps } = one;
      const verdict = passed
        ? badge("good", say("monitoring.passed"))
        : badge("bad", say("monitoring.failed"));
      const lines = steps
        .slice(0, stepsMax)
        .map(
          ({ at_ms: at, kind, text }) =>
            `${at.toFixed(1).padStart(9)} ms ${signs[kind]} ${printable(text)}\n`,
        );
      const cause = [reason, why].filter((part) => part !== null).join(": ");
      return html`<h3>${name}: ${type} ${address}${port === 0 ? "" : ` ${port}`} ${verdict} ${say("control.ms", { ms: took.toFixed(1) })}</h3>
${cause === "" ? nothing : html`<p class="wrong" lang="en">${printable(cause)}</p>`}
<pre tabindex="0" role="region" aria-label="${say("monitoring.conversation", { name, type })}">${lines}</pre>`;
    });
    return tries.length === 0 ? html`<p>${say("monitoring.unchecked", { name })}</p>` : shown;
  });
  return html`<section class="card" role="status" aria-label="${say("monitoring.result")}">${servers}</section>`;
}
