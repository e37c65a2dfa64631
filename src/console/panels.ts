/** The panels, in the order of the menu. */
import type { Panel } from "./panel.ts";
import { controlPanel } from "./panels/control.ts";
import { graphsPanel } from "./panels/graphs.ts";
import { helpPanel } from "./panels/help.ts";
import { maintenancePanel } from "./panels/maintenance.ts";
import { passwordPanel } from "./panels/password.ts";

export const panels: readonly Panel[] = [
  controlPanel,
  maintenancePanel,
  graphsPanel,
  helpPanel,
  passwordPanel,
];

/** Where a login leads. */
export const firstPanel: Panel = controlPanel;
