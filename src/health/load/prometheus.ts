/** The load of a machine from the text that Prometheus' node_exporter serves under /metrics. */

/**
 * `node_load1` by the number of processors, which are counted by their idle time
 * (`node_cpu_seconds_total`); a text where it is not there. No pattern reaches beyond its line: a
 * hostile text of many open braces would else be read once for each of them.
 */
export function loadPerCore(metrics: string): number | { readonly trouble: string } {
  const [, written] = /^node_load1(?:\{.*?\})? +([0-9.eE+-]+)/m.exec(metrics) ?? [];
  const load = Number(written ?? Number.NaN);
  if (!Number.isFinite(load) || load < 0) return { trouble: "the metrics have no node_load1" };
  const processors = new Set<string>();
  for (const [, labels = ""] of metrics.matchAll(/^node_cpu_seconds_total\{(.*?)\}/gm)) {
    const [, processor] = /(?:^|,)cpu="([^"]*)"/.exec(labels) ?? [];
    if (processor !== undefined) processors.add(processor);
  }
  if (processors.size === 0) return { trouble: "the metrics have no node_cpu_seconds_total" };
  return load / processors.size;
}
