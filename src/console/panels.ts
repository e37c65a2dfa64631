/** The panels, in the order of the menu. */
import type { Panel } from "./panel.ts";
import { doctorPanel } from "./panels/advice/doctor.ts";
import { scriptPanel } from "./panels/advice/script.ts";
import { globalPanel } from "./panels/configuration/global.ts";
import { historyPanel } from "./panels/configuration/history.ts";
import { monitoringPanel } from "./panels/configuration/monitoring.ts";
import { realServerPanel } from "./panels/configuration/real-server.ts";
import { realServersPanel } from "./panels/configuration/real-servers.ts";
import { redundancyPanel } from "./panels/configuration/redundancy.ts";
import { reviewPanel } from "./panels/configuration/review.ts";
import { servicePanel, servicesPanel } from "./panels/configuration/services.ts";
import { virtualServerPanel } from "./panels/configuration/virtual-server.ts";
import { virtualServersPanel } from "./panels/configuration/virtual-servers.ts";
import { controlPanel } from "./panels/control.ts";
import { importPanel } from "./panels/first/import.ts";
import { setupPanel } from "./panels/first/setup.ts";
import { graphsPanel } from "./panels/graphs.ts";
import { helpPanel } from "./panels/help.ts";
import { maintenancePanel } from "./panels/maintenance.ts";
import { passwordPanel } from "./panels/password.ts";

export const panels: readonly Panel[] = [
  controlPanel,
  maintenancePanel,
  graphsPanel,
  globalPanel,
  redundancyPanel,
  virtualServersPanel,
  virtualServerPanel,
  realServersPanel,
  realServerPanel,
  monitoringPanel,
  servicesPanel,
  servicePanel,
  reviewPanel,
  historyPanel,
  setupPanel,
  importPanel,
  doctorPanel,
  scriptPanel,
  helpPanel,
  passwordPanel,
];

/** Where a login leads. */
export const firstPanel: Panel = controlPanel;
