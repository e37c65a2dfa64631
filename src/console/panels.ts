/** The panels, in the order of the menu. */
import type { Panel } from "./panel.ts";
import { controlPanel } from "./panels/control.ts";
import { doctorPanel } from "./panels/doctor.ts";
import { graphsPanel } from "./panels/graphs.ts";
import { helpPanel } from "./panels/help.ts";
import { historyPanel } from "./panels/history.ts";
import { maintenancePanel } from "./panels/maintenance.ts";
import { passwordPanel } from "./panels/password.ts";
import { reviewPanel } from "./panels/review.ts";
import { scriptPanel } from "./panels/script.ts";

export const panels: readonly Panel[] = [
  controlPanel,
  maintenancePanel,
  graphsPanel,
  reviewPanel,
  historyPanel,
  doctorPanel,
  scriptPanel,
  helpPanel,
  passwordPanel,
];

/** Where a login leads. */
export const firstPanel: Panel = controlPanel;
