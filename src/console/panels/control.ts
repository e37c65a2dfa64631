/** CONTROL/MONITORING: what both routers do, and the buttons that change it. */
import { html } from "../html.ts";
import type { Panel } from "../panel.ts";

export const controlPanel: Panel = {
  path: "/control",
  title: "control.title",
  help: "control.help",
  access: "read",
  render: ({ say }) => html`<p>${say("control.help")}</p>`,
  live: () => ({}),
};
