/**
 * The routing table: virtual servers with their real servers, a page at a time. Each virtual server
 * is a live part of its own, so that what does not change is not sent.
 */
import type { RealServerStatus, VirtualServerStatus } from "../../control/api.ts";
import { ratesBy, type ServerRates } from "../../control/rates.ts";
import type { Rates } from "../../kernel/ipvs-rates.ts";
import type { IpAddress } from "../../model/address.ts";
import { printEndpoint } from "../../model/address.ts";
import { short } from "../../model/short-number.ts";
import { type Html, html, nothing } from "../html.ts";
import type { LiveParts, Model } from "../panel.ts";
import { instant, stateBadge } from "./badge.ts";
import { resultPart } from "./result.ts";

/** Virtual servers on one page, and rows: 20 virtual servers of 20 real servers are one page. */
const serversPerPage = 20;
const rowsPerPage = 420;

export interface TablePage {
  readonly servers: readonly VirtualServerStatus[];
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  /** What was searched for; empty: nothing. */
  readonly text: string;
}

/** The virtual servers that the query asks for. */
export function tablePage({ watched, query }: Pick<Model, "watched" | "query">): TablePage {
  const text = (query.get("find") ?? "").trim().slice(0, 100);
  const pages = pagesOf(found(watched.status?.virtual_servers ?? [], text.toLowerCase()));
  const asked = Number(query.get("page") ?? 1);
  const page = Math.min(
    Math.max(1, Number.isInteger(asked) ? asked : 1),
    Math.max(1, pages.length),
  );
  return { servers: pages[page - 1] ?? [], page, pages: Math.max(1, pages.length), text };
}

/** A virtual server fits with all of its real servers, or with those of them that fit. */
function found(
  servers: readonly VirtualServerStatus[],
  text: string,
): readonly VirtualServerStatus[] {
  if (text === "") return servers;
  return servers.flatMap((server) => {
    if (fits(server, text)) return [server];
    const real = server.real_servers.filter((one) => fits(one, text));
    return real.length === 0 ? [] : [{ ...server, real_servers: real }];
  });
}

const fits = (
  server: Pick<VirtualServerStatus, "name" | "address" | "state"> | RealServerStatus,
  text: string,
): boolean =>
  server.name.toLowerCase().includes(text) ||
  (server.address ?? "").includes(text) ||
  server.state === text;

function pagesOf(servers: readonly VirtualServerStatus[]): readonly VirtualServerStatus[][] {
  const pages: VirtualServerStatus[][] = [];
  let rows = rowsPerPage;
  for (const server of servers) {
    const own = 1 + server.real_servers.length;
    const last = pages.at(-1);
    if (last === undefined || last.length >= serversPerPage || rows + own > rowsPerPage) {
      pages.push([server]);
      rows = own;
    } else {
      last.push(server);
      rows += own;
    }
  }
  return pages;
}

/** The ids of the parts of a page, each a place for a virtual server. */
export const tablePlaces: readonly string[] = Array.from(
  { length: serversPerPage },
  (_, at) => `server-${at}`,
);

/**
 * The rows of each virtual server, by the id of its part. Places that nobody takes are empty, so
 * that a page that is open gains and loses virtual servers with a reload of the configuration.
 */
export function tableParts(model: Model): LiveParts {
  const { servers } = tablePage(model);
  const rates = ratesBy(model.watched.rates);
  return Object.fromEntries(
    tablePlaces.map((id, at) => {
      const server = servers[at];
      return [id, server === undefined ? nothing : rowsOf(model, server, rates(server))];
    }),
  );
}

function rowsOf(model: Model, server: VirtualServerStatus, rates: ServerRates): Html {
  const { say } = model;
  const problem =
    server.last_error === null ? nothing : html`<span lang="en">${server.last_error}</span>`;
  const graphs = `/graphs?${new URLSearchParams({ server: server.name })}`;
  return html`<tr class="server">
<th scope="rowgroup"><a href="${graphs}">${server.name}</a></th>
<td class="address">${addressOf(server)}</td>
<td>${stateBadge(say, server.state)}</td>
<td>${server.scheduler}</td>
<td class="number"></td>
<td class="number">${server.active_connections}</td>
<td class="number">${server.inactive_connections}</td>
${rateCells(rates.whole)}
<td>${problem}${orderNote(model, server.name, null)}</td>
<td>${maintainLink(model, server.name, null)}</td>
</tr>
${server.real_servers.map((real) => realRow(model, server.name, real, rates.of(real)))}`;
}

/** Connections, and bytes in and out, a second. */
const rateCells = (rates: Rates | null): Html =>
  html`${[rates?.connections, rates?.bytes_in, rates?.bytes_out].map(
    (rate) => html`<td class="number">${rate === undefined ? "-" : short(rate)}</td>`,
  )}`;

/** Where a server is taken out and back, for who may. */
function maintainLink({ say, may }: Model, server: string, real: string | null): Html {
  if (!may("operate", server)) return nothing;
  const query = new URLSearchParams({ server, ...(real === null ? {} : { real }) });
  const what = [say("control.maintain"), server, real ?? ""].join(" ").trim();
  return html`<a href="/maintenance?${query.toString()}" aria-label="${what}">${say("control.maintain")}</a>`;
}

/** Whose order is in force. */
function orderNote({ say, watched }: Model, server: string, real: string | null): Html {
  const order = watched.status?.maintenance.find(
    (one) => one.virtual_server === server && one.real_server === real,
  );
  if (order === undefined) return nothing;
  const { by, since, connections: count } = order;
  const left = count === null ? nothing : html`, ${say("control.connections-left", { count })}`;
  return html` <span class="quiet">${say(`control.order-${order.order}`, { by })}, ${say("control.state-since")} ${instant(since)}${left}</span>`;
}

function addressOf({ address, port, protocol, fwmark }: VirtualServerStatus): string {
  const mark = fwmark === null ? "" : `fwmark ${fwmark}`;
  if (address === null) return mark;
  const endpoint = port === null ? address : printEndpoint(address as IpAddress, port);
  return [protocol ?? "", endpoint, mark].filter((word) => word !== "").join(" ");
}

function realRow(model: Model, server: string, real: RealServerStatus, rates: Rates | null): Html {
  const { say } = model;
  const { weight, effective_weight: effective } = real;
  return html`<tr>
<th scope="row">${real.name}</th>
<td class="address">${printEndpoint(real.address as IpAddress, real.port)}</td>
<td>${stateBadge(say, real.state)}</td>
<td>${real.check.type === "none" ? say("control.not-checked") : real.check.type}</td>
<td class="number">${effective === weight ? weight : `${effective} (${weight})`}</td>
<td class="number">${real.active_connections}</td>
<td class="number">${real.inactive_connections}</td>
${rateCells(rates)}
<td class="result">${resultPart(say, real)}${orderNote(model, server, real.name)}</td>
<td>${maintainLink(model, server, real.name)}</td>
</tr>
`;
}
