/**
 * The status as Prometheus text (exposition format 0.0.4): `GET /metrics`.
 *
 * Knows names, help texts and labels; every number comes from the status, so that the two never
 * disagree. Units are the last word of a name, in seconds as the format's conventions ask.
 *
 * Printed by lvsd itself: prom-client took 310 ms for 70,000 samples that change each time, 215 of
 * them in one go, and heartbeats do not wait. Here the loop turns after every 500 samples: 245 ms,
 * 30 of them in one go.
 */
import { setImmediate } from "node:timers/promises";
import { serviceStates } from "../failover/service.ts";
import { realServerStates, virtualServerStates } from "../health/health.ts";
import { roles, routerStates } from "../model/router.ts";
import type { Status, VirtualServerStatus } from "./api.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [value: number | boolean | null, labels?: Labels];
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly samples: readonly Sample[];
}

/** Samples in a row: some 2 ms. */
const samplesAtOnce = 500;

/**
 * The whole exposition, ending in a newline. Values that do not apply are left out. A metric
 * without samples keeps its head, so that its name can be found before it counts.
 */
export async function metricsText(status: Status): Promise<string> {
  const lines: string[] = [];
  const metrics = [...routerMetrics(status), ...pairMetrics(status), ...serverMetrics(status)];
  for (const { name, help, type, samples } of metrics) {
    lines.push(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    for (const [value, labels = {}] of samples) {
      if (value !== null) lines.push(`${name}${printLabels(labels)} ${Number(value)}\n`);
      if (lines.length % samplesAtOnce === 0) await setImmediate();
    }
  }
  return lines.join("");
}

function routerMetrics(status: Status): Metric[] {
  return [
    gauge("lvsd_build", "Always 1; the version is a label.", [[1, { version: status.version }]]),
    gauge("lvsd_role", "1 for the role of this router.", oneOf("role", roles, status.role)),
    gauge(
      "lvsd_router_state",
      "1 for the state that the router is in.",
      oneOf("state", routerStates, status.state),
    ),
    gauge("lvsd_router_state_since_seconds", "When the state was entered, Unix time.", [
      [Date.parse(status.since) / 1000],
    ]),
    gauge(
      "lvsd_fault",
      "1 for each reason why this router is unfit.",
      status.faults.map((fault) => [1, { kind: fault.kind, subject: fault.subject }]),
    ),
    gauge("lvsd_config_serial", "Serial of the loaded configuration.", [[status.config.serial]]),
    gauge("lvsd_config_refused", "1 after a reload that was refused.", [
      [status.config.error !== null],
    ]),
    gauge(
      "lvsd_vip_held",
      "1 where this router holds the address.",
      status.vips.map((vip) => [vip.held, { address: vip.address, device: vip.device }]),
    ),
    gauge(
      "lvsd_service_state",
      "1 for the state of each failover service.",
      status.services.flatMap(({ name, state }) =>
        oneOf("state", serviceStates, state, { service: name }),
      ),
    ),
    gauge(
      "lvsd_service_failures",
      "Activations of this router in a row in which the failover service failed.",
      status.services.map(({ name, failures }) => [failures, { service: name }]),
    ),
    gauge(
      "lvsd_maintenance",
      "1 for each order of an operator that is in force.",
      status.maintenance.map(({ virtual_server, real_server, order }) => [
        1,
        { virtual_server, real_server: real_server ?? "", order },
      ]),
    ),
    gauge("lvsd_ipvs_in_sync", "1 when the kernel's table is the desired one.", [
      [status.ipvs.in_sync],
    ]),
    counter("lvsd_ipvs_drifts_total", "Times that the table had been changed by somebody else.", [
      [status.ipvs.drifts],
    ]),
    gauge("lvsd_ipvs_foreign_services", "Virtual services that are not lvsd's.", [
      [status.ipvs.foreign_services],
    ]),
    counter(
      "lvsd_refused_total",
      "Bad input that was refused.",
      Object.entries(status.refused).flatMap(([source, reasons]) =>
        Object.entries(reasons).map(([reason, count]): Sample => [count, { source, reason }]),
      ),
    ),
  ];
}

function pairMetrics({ heartbeat, peer }: Status): Metric[] {
  const paths = (peer?.paths ?? []).map((path) => ({ ...path, label: { path: path.name } }));
  return [
    counter("lvsd_heartbeats_sent_total", "Heartbeats sent.", [[heartbeat.sent]]),
    counter("lvsd_heartbeats_received_total", "Good heartbeats heard.", [[heartbeat.received]]),
    counter("lvsd_heartbeats_late_total", "Heartbeats later than warn_after.", [[heartbeat.late]]),
    counter(
      "lvsd_heartbeats_refused_total",
      "Datagrams refused on the heartbeat port.",
      Object.entries(heartbeat.refused).map(([reason, count]) => [count, { reason }]),
    ),
    gauge("lvsd_peer_alive", "1 while the peer is heard.", [[peer?.alive ?? null]]),
    gauge("lvsd_peer_config_match", "1 while both routers have one configuration.", [
      [peer?.config_match ?? null],
    ]),
    gauge(
      "lvsd_path_alive",
      "1 while the peer is heard on this path.",
      paths.map((path) => [path.alive, path.label]),
    ),
    gauge(
      "lvsd_path_last_seen_seconds",
      "Time since the last good heartbeat on this path.",
      paths.map((path) => [inSeconds(path.last_seen_ms), path.label]),
    ),
    gauge(
      "lvsd_path_rtt_seconds",
      "Round trip of heartbeats on this path.",
      paths.map((path) => [inSeconds(path.rtt_ms), path.label]),
    ),
    counter(
      "lvsd_path_lost_total",
      "Heartbeats of the peer that never came on this path.",
      paths.map((path) => [path.lost, path.label]),
    ),
  ];
}

function serverMetrics(status: Status): Metric[] {
  const virtual = status.virtual_servers;
  const ofVirtual = (value: (server: VirtualServerStatus) => number) =>
    virtual.map((server): Sample => [value(server), { virtual_server: server.name }]);
  return [
    gauge(
      "lvsd_virtual_server_state",
      "1 for the state of each virtual server.",
      virtual.flatMap((server) =>
        oneOf("state", virtualServerStates, server.state, { virtual_server: server.name }),
      ),
    ),
    gauge(
      "lvsd_virtual_server_active_connections",
      "Connections that IPVS counts as active.",
      ofVirtual((server) => server.active_connections),
    ),
    gauge(
      "lvsd_virtual_server_inactive_connections",
      "Connections that IPVS counts as inactive.",
      ofVirtual((server) => server.inactive_connections),
    ),
    ...realServerMetrics(virtual),
  ];
}

function realServerMetrics(virtual: readonly VirtualServerStatus[]): Metric[] {
  const real = virtual.flatMap((server) =>
    server.real_servers.map((each) => ({
      ...each,
      label: {
        virtual_server: server.name,
        real_server: each.name,
        address: each.address,
        port: String(each.port),
      },
    })),
  );
  return [
    gauge(
      "lvsd_real_server_state",
      "1 for the state of each real server.",
      real.flatMap((server) => oneOf("state", realServerStates, server.state, server.label)),
    ),
    gauge(
      "lvsd_real_server_weight",
      "Weight in the configuration.",
      real.map((server) => [server.weight, server.label]),
    ),
    gauge(
      "lvsd_real_server_effective_weight",
      "Weight in the IPVS table; 0 when it gets no new connections.",
      real.map((server) => [server.effective_weight, server.label]),
    ),
    gauge(
      "lvsd_real_server_active_connections",
      "Connections that IPVS counts as active.",
      real.map((server) => [server.active_connections, server.label]),
    ),
    gauge(
      "lvsd_real_server_inactive_connections",
      "Connections that IPVS counts as inactive.",
      real.map((server) => [server.inactive_connections, server.label]),
    ),
    gauge(
      "lvsd_real_server_reached",
      "Of a router that does not check: 1 where its own try reaches the real server.",
      real.map((server) => [server.own_path?.reached ?? null, server.label]),
    ),
    gauge(
      "lvsd_real_server_check_failed",
      "1 where the last try of the check failed, or the kernel refuses the real server.",
      real.map((server) => [server.check.last_error !== null, server.label]),
    ),
    gauge(
      "lvsd_real_server_check_seconds",
      "How long the last try of the check took.",
      real.map((server) => [inSeconds(server.check.last_ms), server.label]),
    ),
  ];
}

const metric =
  (type: Metric["type"]) =>
  (name: string, help: string, samples: readonly Sample[]): Metric => ({
    name,
    help,
    type,
    samples,
  });
const gauge = metric("gauge");
const counter = metric("counter");

/** One sample a word: 1 for the word that holds, 0 for the others. */
const oneOf = (
  label: string,
  words: readonly string[],
  holds: string | null,
  labels: Labels = {},
): Sample[] => words.map((word) => [word === holds, { ...labels, [label]: word }]);

const inSeconds = (milliseconds: number | null): number | null =>
  milliseconds === null ? null : milliseconds / 1000;

function printLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** The format escapes exactly these three in a label's value. */
const escapeLabel = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
