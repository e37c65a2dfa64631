/** Every event by its stable `event` name, in the order of docs/events.md. */
import { linkEvents, vipEvents } from "./addresses.ts";
import { fenceEvents, notifyEvents, serviceEvents } from "./commands.ts";
import { configEvents, controlEvents } from "./configuration.ts";
import { ipvsEvents, machineEvents, syncEvents } from "./kernel.ts";
import { maintenanceEvents } from "./maintenance.ts";
import { nameEvents } from "./names.ts";
import { heartbeatEvents, peerEvents } from "./peer.ts";
import { faultEvents, processEvents, stateEvents } from "./router.ts";
import { checkEvents, loadEvents, realServerEvents, virtualServerEvents } from "./servers.ts";

/** By `event`: what all of that name are of, and the kinds. */
export const events = {
  process: { of: "the daemon itself", kinds: processEvents },
  state: { of: "which router is active, and why", kinds: stateEvents },
  fault: { of: "why this router is unfit to hold the VIPs", kinds: faultEvents },
  peer: { of: "the other router", kinds: peerEvents },
  heartbeat: { of: "datagrams", kinds: heartbeatEvents },
  vip: { of: "floating addresses", kinds: vipEvents },
  service: { of: "one failover service", kinds: serviceEvents },
  link: { of: "devices of the VIPs", kinds: linkEvents },
  real_server: { of: "one real server of one virtual server", kinds: realServerEvents },
  virtual_server: { of: "one virtual server as a whole", kinds: virtualServerEvents },
  name: { of: "host names of real servers", kinds: nameEvents },
  load: { of: "load monitors of real servers", kinds: loadEvents },
  maintenance: { of: "what operators ask of servers", kinds: maintenanceEvents },
  fence: { of: "the command before an unplanned takeover", kinds: fenceEvents },
  ipvs: { of: "the kernel's table", kinds: ipvsEvents },
  sync: { of: "connection synchronisation", kinds: syncEvents },
  config: { of: "the configuration", kinds: configEvents },
  check: { of: "the checks as a whole", kinds: checkEvents },
  notify: { of: "the operator's command, and mail", kinds: notifyEvents },
  control: { of: "the control socket", kinds: controlEvents },
  machine: { of: "the machine", kinds: machineEvents },
} as const;
