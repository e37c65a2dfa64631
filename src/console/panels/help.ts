/** HELP: what each panel is for, and the old tool's field names next to lvsd's keys. */
import { type Html, html } from "../html.ts";
import type { Model, Panel } from "../panel.ts";

export const helpPanel: Panel = {
  path: "/help",
  title: "help.title",
  help: "help.help",
  access: "read",
  render,
};

/**
 * Panel and field of the Piranha Configuration Tool 0.8.6, in English as it had them, and the key
 * that says the same.
 */
export const oldNames: readonly (readonly [panel: string, field: string, key: string])[] = [
  ["CONTROL/MONITORING", "Daemon: running, stopped", "(this router, its state)"],
  ["CONTROL/MONITORING", "Auto update, Update information now", "(this console's choice)"],
  ["CONTROL/MONITORING", "CURRENT LVS ROUTING TABLE", "(the routing table)"],
  ["CONTROL/MONITORING", "CURRENT LVS PROCESSES", "(one daemon; its checks in the routing table)"],
  ["CONTROL/MONITORING", "CHANGE PASSWORD", "(CHANGE PASSWORD, or lvsd passwd)"],
  ["GLOBAL SETTINGS", "Primary server public IP", "routers.primary.public"],
  ["GLOBAL SETTINGS", "Primary server private IP", "routers.primary.private"],
  ["GLOBAL SETTINGS", "TCP timeout", "timeouts.tcp"],
  ["GLOBAL SETTINGS", "TCP FIN timeout", "timeouts.tcp_fin"],
  ["GLOBAL SETTINGS", "UDP timeout", "timeouts.udp"],
  ["GLOBAL SETTINGS", "Use network type: NAT, Direct Routing, Tunneling", "forwarding"],
  ["GLOBAL SETTINGS", "NAT Router IP, NAT Router netmask", "nat_router.address"],
  ["GLOBAL SETTINGS", "NAT Router device", "nat_router.device"],
  ["REDUNDANCY", "Backup: active, inactive (ENABLE, DISABLE)", "routers.backup"],
  ["REDUNDANCY", "Redundant server public IP", "routers.backup.public"],
  ["REDUNDANCY", "Redundant server private IP", "routers.backup.private"],
  ["REDUNDANCY", "Heartbeat interval (seconds)", "heartbeat.interval"],
  ["REDUNDANCY", "Assume dead after (seconds)", "heartbeat.dead_after"],
  ["REDUNDANCY", "Heartbeat runs on port", "heartbeat.port"],
  ["REDUNDANCY", "Monitor NIC links for failures", "failover.monitor_links"],
  ["REDUNDANCY", "Use sync daemon, interface, ID", "connection_sync.device, .id"],
  ["VIRTUAL SERVERS", "Status: up, down", "virtual_servers.NAME.active"],
  ["VIRTUAL SERVER", "Name", "virtual_servers.NAME"],
  ["VIRTUAL SERVER", "Application port", "virtual_servers.*.port"],
  ["VIRTUAL SERVER", "Protocol", "virtual_servers.*.protocol"],
  ["VIRTUAL SERVER", "Virtual IP Address, Virtual IP Network Mask", "virtual_servers.*.address"],
  ["VIRTUAL SERVER", "Firewall Mark", "virtual_servers.*.fwmark"],
  ["VIRTUAL SERVER", "Device", "virtual_servers.*.device"],
  ["VIRTUAL SERVER", "Re-entry Time", "virtual_servers.*.reentry"],
  ["VIRTUAL SERVER", "Service timeout", "virtual_servers.*.check.timeout"],
  ["VIRTUAL SERVER", "Quiesce server", "virtual_servers.*.quiesce"],
  ["VIRTUAL SERVER", "Load monitoring tool", "virtual_servers.*.load_monitor"],
  ["VIRTUAL SERVER", "Scheduling", "virtual_servers.*.scheduler"],
  ["VIRTUAL SERVER", "Persistence", "virtual_servers.*.persistence.timeout"],
  ["VIRTUAL SERVER", "Persistence Network Mask", "virtual_servers.*.persistence.netmask"],
  ["REAL SERVER", "Name", "virtual_servers.*.real_servers.NAME"],
  ["REAL SERVER", "Address", "virtual_servers.*.real_servers.*.address"],
  ["REAL SERVER", "Port", "virtual_servers.*.real_servers.*.port"],
  ["REAL SERVER", "Weight", "virtual_servers.*.real_servers.*.weight"],
  ["MONITORING SCRIPTS", "Sending Program", "virtual_servers.*.check.command"],
  ["MONITORING SCRIPTS", "Send", "virtual_servers.*.check.send"],
  ["MONITORING SCRIPTS", "Expect", "virtual_servers.*.check.expect"],
  [
    "MONITORING SCRIPTS",
    "Treat expect string as a regular expression",
    "virtual_servers.*.check.regex",
  ],
  ["FAILOVER", "Start command, Stop command", "failover.services.*.start, .stop"],
];

function render({ say, panels }: Model): Html {
  // What is not in the menu is about one thing, which its link names.
  const titleOf = ({ menu, path, title }: Panel): Html =>
    menu === false ? html`${say(title)}` : html`<a href="${path}">${say(title)}</a>`;
  return html`<section><h2>${say("help.panels")}</h2>
<dl>${panels.map(
    (panel) => html`<dt>${titleOf(panel)}</dt><dd>${say(panel.help)}</dd>`,
  )}</dl></section>
<section><h2>${say("help.names")}</h2>
<div class="scroll" tabindex="0" role="group" aria-label="${say("help.names")}"><table>
<thead><tr><th scope="col" colspan="2">${say("help.old")}</th><th scope="col">${say("help.key")}</th></tr></thead>
<tbody lang="en">${oldNames.map(
    ([panel, field, key]) =>
      html`<tr><td>${panel}</td><th scope="row">${field}</th><td><code>${key}</code></td></tr>`,
  )}</tbody></table></div></section>`;
}
