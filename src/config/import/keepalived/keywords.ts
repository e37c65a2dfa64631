/**
 * The keywords of each block of keepalived.conf(5), with what becomes of those that have no key of
 * lvsd's. A keyword that is in no table is none of keepalived's: it ignores the line, or, where the
 * line opens a block, ends the surrounding one with it.
 */
import { suggest } from "../../../keys/shape.ts";
import type { FindingKind, Findings } from "../imported.ts";
import type { Statement } from "./statements.ts";

/** What becomes of a keyword: null, it is read elsewhere or says nothing that is lost. */
type Fate = readonly [kind: FindingKind, why: string] | null;

export type Table = Readonly<Record<string, Fate>>;

const each = (words: string, fate: Fate): Table =>
  Object.fromEntries(words.split(/\s+/).map((word) => [word, fate]));

const leftOut = (why: string): Fate => ["left-out", why];
const carried = (why: string): Fate => ["carried", why];

const notify = leftOut("notify.command gets the changes of a state, with other arguments");
const vrrpOnly = carried("a detail of VRRP, which signed heartbeats by unicast replace");
const daemonOnly = carried("for keepalived's own processes: there is nothing to carry over");
const mailOnly = carried("notify.mail.events says which changes are mailed");
const announcing = carried("failover.announce says how often the VIPs are announced");
const vmac = leftOut("VIPs live on the device itself; their change of place is announced");

export const globalTable: Table = {
  ...each("notification_email notification_email_from smtp_server lvs_timeouts", null),
  ...each("lvs_sync_daemon vrrp_version vrrp_down_timer_adverts", null),
  ...each("vrrp_garp_master_repeat vrrp_garp_master_refresh", null),
  router_id: carried("mails and events name the host"),
  ...each("smtp_helo_name smtp_connect_timeout", carried("notify.mail has its own")),
  ...each("smtp_alert smtp_alert_vrrp smtp_alert_checker", mailOnly),
  ...each("no_email_faults no_checker_emails", mailOnly),
  lvs_flush: leftOut("lvsd leaves services of others in the table, and lvsd plan shows them"),
  lvs_flush_on_stop: carried("lvsd removes its own services when it stops"),
  default_interface: carried("it is for static addresses"),
  script_user: leftOut("programs run as a user of their own"),
  enable_script_security: leftOut(
    "programs run without capabilities, without a shell, as a user of their own",
  ),
  vrrp_strict: leftOut("it has no counterpart"),
  ...each("vrrp_mcast_group4 vrrp_mcast_group6 vrrp_lower_prio_no_advert", vrrpOnly),
  ...each("vrrp_higher_prio_send_advert vrrp_check_unicast_src vrrp_rx_bufs_policy", vrrpOnly),
  ...each("vrrp_skip_check_adv_addr vrrp_rx_bufs_multiplier vrrp_iptables vrrp_ipsets", vrrpOnly),
  ...each("vrrp_garp_master_delay vrrp_garp_master_refresh_repeat vrrp_min_garp", announcing),
  ...each("vrrp_garp_lower_prio_delay vrrp_garp_lower_prio_repeat vrrp_garp_interval", announcing),
  ...each("vrrp_gna_interval vrrp_garp_extra_if", announcing),
  ...each(
    "vrrp_startup_delay vrrp_delay_after_boot",
    leftOut("failover.start_delay is how long a starting router waits for a peer"),
  ),
  ...each("notify_fifo lvs_notify_fifo vrrp_notify_fifo", notify),
  ...each("notify_fifo_script lvs_notify_fifo_script vrrp_notify_fifo_script", notify),
  ...each(
    "startup_script shutdown_script startup_script_timeout shutdown_script_timeout",
    leftOut("ExecStartPre= and ExecStopPost= of lvsd's unit do that"),
  ),
  ...each("checker_log_all_failures rs_init_notifies dynamic_interfaces nftables", daemonOnly),
  ...each("reload_check_config reload_time_file reload_repeat nftables_ipvs umask", daemonOnly),
  ...each("process_names enable_dbus json_version max_auto_priority use_pid_dir", daemonOnly),
  ...each("nftables_priority nftables_counters dbus_service_name fifo_write_vrrp", daemonOnly),
};
const globalPattern = /^(?:snmp_|enable_snmp_)|_(?:priority|rt_priority|rlimit_rttime|no_swap)$/;

export const topTable: Table = {
  ...each("global_defs virtual_server virtual_server_group vrrp_instance vrrp_sync_group", null),
  ...each("vrrp_script SSL include_check track_file vrrp_track_file bfd_instance", null),
  ...each(
    "static_ipaddress static_routes static_rules",
    leftOut("addresses and routes that do not move belong to the system's network settings"),
  ),
  ...each("net_namespace net_namespace_ipvs", leftOut("NetworkNamespacePath= of lvsd's unit")),
  ...each("namespace_with_ipsets use_pid_dir instance child_wait_time", daemonOnly),
  ...each("linkbeat_use_polling linkbeat_interfaces", daemonOnly),
  ...each("garp_group", announcing),
  interface_up_down_delays: leftOut("a link that is down counts at once"),
  ...each(
    "vrrp_track_process track_group",
    leftOut("what makes a router unfit is failover.monitor_links and failover.services"),
  ),
};

export const instanceTable: Table = {
  ...each("state interface priority advert_int virtual_ipaddress preempt nopreempt", null),
  ...each("virtual_ipaddress_excluded unicast_src_ip mcast_src_ip unicast_peer", null),
  ...each("preempt_delay authentication auth_hmac track_interface dont_track_primary", null),
  ...each("garp_master_repeat garp_master_refresh lvs_sync_daemon_interface track_script", null),
  ...each("virtual_router_id version accept no_virtual_ipaddress unicast_fault_no_peer", vrrpOnly),
  ...each(
    "strict_mode higher_prio_send_advert lower_prio_no_advert old_unicast_checksum",
    vrrpOnly,
  ),
  ...each("skip_check_adv_addr kernel_rx_buf_size check_unicast_src down_timer_adverts", vrrpOnly),
  ...each("linkbeat_use_polling debug promote_secondaries thread_timer_expired", daemonOnly),
  no_accept: leftOut("the active router answers on its VIPs"),
  ...each("garp_master_delay garp_master_refresh_repeat garp_lower_prio_delay", announcing),
  ...each("garp_lower_prio_repeat garp_extra_if", announcing),
  track_file: leftOut("it has no counterpart"),
  track_process: leftOut("it has no counterpart; failover.services with a check comes near"),
  track_bfd: leftOut(
    "no BFD session makes a router unfit; failover.gateway with the neighbor's address comes near",
  ),
  track_src_ip: leftOut("a router whose own address is missing is no router to lvsd either"),
  virtual_routes: leftOut(
    "routes that follow the VIPs have no counterpart; failover.services can set them",
  ),
  virtual_rules: leftOut(
    "rules that follow the VIPs have no counterpart; failover.services can set them",
  ),
  ...each("use_vmac vmac_xmit_base use_ipvlan native_ipv6 use_vmac_addr", vmac),
  ...each("notify notify_master notify_backup notify_fault notify_stop notify_deleted", notify),
  ...each("notify_master_rx_lower_pri notify_priority_changes", notify),
  smtp_alert: mailOnly,
};

export const syncGroupTable: Table = {
  group: null,
  ...each("track_interface track_script track_file track_process track_bfd", [
    "left-out",
    "write it with failover.monitor_links or failover.services",
  ]),
  ...each("notify notify_master notify_backup notify_fault notify_stop", notify),
  smtp_alert: mailOnly,
  ...each("global_tracking sync_group_tracking_weight", vrrpOnly),
};

export const scriptTable: Table = each(
  "script interval timeout weight rise fall user init_fail",
  null,
);

const rhythmOnly = "delay_loop retry delay_before_retry connect_timeout warmup virtualhost alpha";

export const virtualServerTable: Table = {
  ...each("real_server protocol lvs_sched lb_algo lvs_method lb_kind ops weight", null),
  ...each("persistence_timeout persistence_granularity persistence_engine quorum", null),
  ...each("hysteresis sorry_server sorry_server_lvs_method inhibit_on_failure", null),
  ...each("sh-port sh-fallback mh-port mh-fallback flag-1 flag-2 flag-3", null),
  ...each(rhythmOnly, null),
  ...each("hashed snmp_name", daemonOnly),
  quorum_up: leftOut("notify.command gets the event virtual_server up"),
  quorum_down: leftOut("notify.command gets the event virtual_server down"),
  ha_suspend: carried(
    "the standby learns the results from the active router and does not check itself",
  ),
  omega: leftOut("notify.command gets every change"),
  smtp_alert: leftOut("notify.mail is for all virtual servers alike"),
  ...each("nat_mask net_mask", carried("no keyword of keepalived's: it ignores it")),
  sorry_server_inhibit: leftOut("the sorry server is added and removed"),
  ip_family: carried("the real servers say it"),
  ...each(
    "laddr_group_name local_address_group daddr_group_name syn_proxy dpdk_interface",
    leftOut("the file is for DPVS: no counterpart"),
  ),
};

export const realServerTable: Table = {
  ...each("weight lvs_method uthreshold lthreshold inhibit_on_failure", null),
  ...each("notify_up notify_down", null),
  ...each(rhythmOnly, null),
  ...each("TCP_CHECK HTTP_GET SSL_GET SMTP_CHECK DNS_CHECK UDP_CHECK PING_CHECK", null),
  ...each("MISC_CHECK FILE_CHECK BFD_CHECK", null),
  smtp_alert: mailOnly,
  snmp_name: daemonOnly,
  lb_kind: ["suspicious", "no keyword of a real_server, which keepalived ignores: lvs_method is"],
};

/** Says what becomes of the statements of a block; `where` names it: `vrrp_instance VI_1`. */
export function reportRest(
  block: readonly Statement[],
  table: Table,
  where: string,
  findings: Findings,
): void {
  for (const statement of block) {
    const { keyword, words, origin } = statement;
    const fate = fateOf(keyword, table);
    if (fate === null) continue;
    const subject = `${where === "" ? "" : `${where}: `}${[keyword, ...words].join(" ")}`;
    if (fate !== undefined) findings.add(fate[0], origin, subject, fate[1]);
    else reportUnknown(statement, subject, Object.keys(table), findings);
  }
}

function fateOf(keyword: string, table: Table): Fate | undefined {
  if (Object.hasOwn(table, keyword)) return table[keyword];
  return table === globalTable && globalPattern.test(keyword) ? daemonOnly : undefined;
}

/** Words of other places, and old ones, that a near word would not find. */
const misplaced: Readonly<Record<string, string>> = {
  fwmark: "virtual_server fwmark N is where a mark belongs",
  raise: "the word is rise",
  lvs_id: "router_id has taken its place",
};

export function reportUnknown(
  { keyword, origin, block }: Statement,
  subject: string,
  known: readonly string[],
  findings: Findings,
): void {
  const hint = findings.isFull
    ? undefined
    : Object.hasOwn(misplaced, keyword)
      ? misplaced[keyword]
      : (homeOf(keyword) ?? nearWord(keyword, known) ?? nearElsewhere(keyword));
  const what =
    block === null
      ? "keepalived does not know it and ignores the line"
      : "keepalived does not know the block: it reads the lines inside as the surrounding block's, which ends with it";
  findings.add("suspicious", origin, subject, `${what}${hint === undefined ? "" : `; ${hint}`}`);
}

/** Where the keywords of the blocks belong. */
const homes: readonly (readonly [where: string, table: Table])[] = [
  ["a real_server", realServerTable],
  ["a virtual_server", virtualServerTable],
  ["a vrrp_instance", instanceTable],
  ["global_defs", globalTable],
];

/** The block of a keyword that stands in another one. */
function homeOf(keyword: string): string | undefined {
  const home = homes.find(([, table]) => Object.hasOwn(table, keyword));
  return home === undefined ? undefined : `it belongs into ${home[0]}`;
}

/** `did you mean SMTP_CHECK?`, whatever its case. */
function nearWord(keyword: string, known: readonly string[]): string | undefined {
  const hint = suggest(
    keyword,
    known.map((word) => word.toLowerCase()),
  );
  const near = known.find((word) => hint === `did you mean "${word.toLowerCase()}"?`);
  return near === undefined ? undefined : `did you mean ${near}?`;
}

function nearElsewhere(keyword: string): string | undefined {
  for (const [where, table] of homes) {
    const near = nearWord(keyword, Object.keys(table));
    if (near !== undefined) return `${near.slice(0, -1)} of ${where}?`;
  }
  return undefined;
}
