/** The keywords of lvs.cf, each with the kind of its value, by the block that it stands in. */

/** What kinds of values the keywords have. */
export type Kind =
  | "integer"
  | "boolean"
  | "port"
  | "number-port"
  | "host"
  | "host-or-none"
  | "mask"
  | "any-mask"
  | "address"
  | "text"
  | "quoted-text"
  | "pair"
  | "list"
  | readonly string[];

export const globalKinds: Readonly<Record<string, Kind>> = {
  serial_no: "integer",
  service: ["lvs", "fos"],
  primary: "host",
  primary_private: "host",
  primary_shared: "text",
  backup: "host-or-none",
  backup_private: "host",
  backup_shared: "text",
  backup_active: "boolean",
  heartbeat: "boolean",
  heartbeat_port: "port",
  keepalive: "integer",
  deadtime: "integer",
  reservation_conflict_action: ["nothing", "preempt"],
  network: ["nat", "direct", "tunnel"],
  nat_router: "pair",
  nat_nmask: "mask",
  rsh_command: "text",
  debug_level: "text",
  ipvsadm: "text",
  active_cmd: "text",
  inactive_cmd: "text",
  monitor_links: "integer",
  hard_shutdown: "boolean",
  syncdaemon: "boolean",
  syncd_iface: "text",
  syncd_id: "integer",
  tcp_timeout: "integer",
  tcpfin_timeout: "integer",
  udp_timeout: "integer",
  sync: "boolean",
};

export const serviceKinds: Readonly<Record<string, Kind>> = {
  active: "boolean",
  address: "pair",
  vip_nmask: "mask",
  sorry_server: "address",
  fwmark: "integer",
  protocol: ["tcp", "udp"],
  port: "port",
  scheduler: ["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh"],
  persistent: "integer",
  pmask: "any-mask",
  client_monitor: "text",
  send: "quoted-text",
  expect: "quoted-text",
  use_regex: "boolean",
  send_program: "quoted-text",
  timeout: "integer",
  reentry: "integer",
  load_monitor: "text",
  quiesce_server: "boolean",
  start_cmd: "quoted-text",
  stop_cmd: "quoted-text",
  master: "host",
  dirs: "list",
};

export const serverKinds: Readonly<Record<string, Kind>> = {
  address: "host",
  active: "boolean",
  weight: "integer",
  port: "number-port",
};
