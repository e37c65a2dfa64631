/** What stands above every panel while something is wrong with the router or its daemon. */
import { type Html, html, joined, nothing } from "../html.ts";
import type { Model } from "../panel.ts";
import { problemList } from "./problems.ts";

/** One banner for each trouble; nothing where all is well. */
export function bannersOf(model: Model): Html {
  const { say, watched } = model;
  const { status } = watched;
  const banners: Html[] = [];
  if (watched.down !== null) banners.push(downBanner(model));
  if (status === null) return joined(banners);
  if ((status.state as string) === "unconfigured")
    banners.push(banner("warn", say("frame.unconfigured"), firstSteps(model)));
  if (status.config.error !== null)
    banners.push(
      banner(
        "bad",
        say("frame.broken"),
        html`${problemList(status.config.error)}${mendLink(model)}`,
      ),
    );
  if (status.faults.length > 0) {
    const faults = status.faults.map(({ subject, text }) => html`<li>${subject}: ${text}</li>`);
    banners.push(banner("bad", say("frame.faults"), html`<ul lang="en">${faults}</ul>`));
  }
  if (status.peer?.config_match === false)
    banners.push(banner("warn", say("frame.mismatch"), html``));
  return joined(banners);
}

/** Where a first configuration is made. */
function firstSteps({ say, panels }: Model): Html {
  const steps = panels.filter(({ path }) => path === "/setup" || path === "/import");
  return html`<p>${steps.map(({ path, title }) => html`<a href="${path}">${say(title)}</a> `)}</p>`;
}

/** Where a file that was refused is mended or given up. */
const mendLink = ({ say, may }: Model): Html =>
  may("configure") ? html`<p><a href="/review">${say("frame.mend")}</a></p>` : nothing;

function downBanner({ say, watched }: Model): Html {
  const why = watched.down ?? "";
  const what = why.includes("permission denied")
    ? say("frame.denied-socket")
    : watched.status === null
      ? say("frame.down-never")
      : say("frame.down-do", { time: new Date(watched.at).toISOString() });
  return banner("bad", say("frame.down"), html`<p>${what}</p><p lang="en">${why}</p>`);
}

const banner = (kind: "bad" | "warn", title: string, more: Html): Html =>
  html`<section class="banner ${kind}" role="alert"><h2>${title}</h2>${more}</section>`;
