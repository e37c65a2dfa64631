/**
 * The IPVS table that Piranha's programs make of an lvs.cf, by the rules of its manual pages: lvsd
 * (its program of that name) adds the services, a nanny for each real server adds its entry.
 * Written from the rules alone, for well-formed files: nothing of the importer is used.
 */

/** What the nannies find: every real server answers, or none does after all have answered. */
export type Found = "all up" | "all down";

interface Block {
  readonly kind: string;
  readonly values: Map<string, string>;
  readonly blocks: Block[];
  /** The virtual server's port as known where the block begins. */
  readonly portSoFar: number;
}

/** By name in the tcp services of the machine (services(5)). */
const servicePorts: Readonly<Record<string, number>> = { http: 80, domain: 53, https: 443 };

/** strtol(3) with base 0. */
function numberOf(text: string): number {
  if (/^[+-]?0x/i.test(text)) return Number.parseInt(text, 16);
  return /^[+-]?0/.test(text) ? Number.parseInt(text, 8) : Number.parseInt(text, 10);
}

const portOf = (block: Block): number => {
  const text = block.values.get("port");
  return text === undefined ? 80 : (servicePorts[text] ?? numberOf(text));
};

function blocksOf(text: string): Block {
  const root: Block = { kind: "", values: new Map(), blocks: [], portSoFar: 80 };
  const open = [root];
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const [word = "", second = "", third = "", brace] = line.split(/[ \t]+/);
    const inside = open.at(-1) ?? root;
    if (word === "}") open.pop();
    else if (second === "=") inside.values.set(word, third.replaceAll('"', ""));
    else if (third === "{" && brace === undefined) {
      const portSoFar = inside.kind === "virtual" ? portOf(inside) : 80;
      const block: Block = { kind: word, values: new Map(), blocks: [], portSoFar };
      inside.blocks.push(block);
      open.push(block);
    } else throw new Error(`not well-formed: ${line}`);
  }
  return root;
}

const isActive = (block: Block): boolean => numberOf(block.values.get("active") ?? "0") === 1;
const textOf = (block: Block, key: string): string => block.values.get(key) ?? "";
const amountOf = (block: Block, key: string): number => numberOf(block.values.get(key) ?? "0");
const methods: Readonly<Record<string, string>> = { nat: "-m", direct: "-g", tunnel: "-i" };

function prefixOf(mask: string): number {
  return mask
    .split(".")
    .map((each) => Number(each).toString(2).replaceAll("0", "").length)
    .reduce((sum, bits) => sum + bits, 0);
}

/** Lines of `ipvsadm -Sn`, sorted. */
export function programmedByPiranha(text: string, found: Found): readonly string[] {
  const root = blocksOf(text);
  if (textOf(root, "service") === "fos") return [];
  const method = methods[root.values.get("network") ?? "nat"] ?? "";
  const services = new Set<string>();
  const nannies = new Set<string>();
  const lines: string[] = [];
  for (const virtual of root.blocks.filter((each) => each.kind === "virtual" && isActive(each))) {
    const mark = amountOf(virtual, "fwmark");
    const port = portOf(virtual);
    const protocol = textOf(virtual, "protocol") || "tcp";
    const named = `${textOf(virtual, "address")}:${port}`;
    const service = mark === 0 ? `-${protocol[0]} ${named}` : `-f ${mark}`;
    // The kernel has it already: ipvsadm fails, and no nanny is started.
    if (services.has(service)) continue;
    services.add(service);
    lines.push(`-A ${service} -s ${textOf(virtual, "scheduler") || "wlc"}${stickyOf(virtual)}`);
    const entries = virtual.blocks
      .filter(isActive)
      .flatMap((server) => entryOf(server, { virtual, method, port, protocol, named, nannies }));
    for (const { real, weight } of entries) {
      const isKept = found === "all up" || amountOf(virtual, "quiesce_server") === 1;
      const taken = found === "all up" ? weight : 0;
      if (isKept) lines.push(`-a ${service} -r ${real} ${method} -w ${taken}`);
    }
    const sorry = textOf(virtual, "sorry_server");
    const isSorry = sorry !== "" && found === "all down";
    if (isSorry) lines.push(`-a ${service} -r ${sorry}:${mark === 0 ? port : 0} ${method} -w 1`);
  }
  return lines.sort();
}

function stickyOf(virtual: Block): string {
  const seconds = amountOf(virtual, "persistent");
  if (seconds <= 0) return "";
  const mask = textOf(virtual, "pmask");
  return ` -p ${seconds}${mask === "" || prefixOf(mask) === 32 ? "" : ` -M ${mask}`}`;
}

interface Started {
  readonly virtual: Block;
  readonly method: string;
  readonly port: number;
  readonly protocol: string;
  readonly named: string;
  /** Those that run, by address and ports and protocol of both sides: there is no second one. */
  readonly nannies: Set<string>;
}

function entryOf(
  server: Block,
  { virtual, method, port, protocol, named, nannies }: Started,
): readonly { readonly real: string; readonly weight: number }[] {
  const own = server.values.get("port");
  const realPort = own === undefined ? server.portSoFar : numberOf(own);
  const address = textOf(server, "address");
  const nanny = `${named} ${address}:${realPort} ${protocol}`;
  if (nannies.has(nanny)) return [];
  nannies.add(nanny);
  // ipvsadm(8): without NAT and without a mark the port is the service's, whatever was given.
  const isForced = method !== "-m" && amountOf(virtual, "fwmark") === 0;
  const weight = server.values.has("weight") ? amountOf(server, "weight") : 1;
  return [{ real: `${address}:${isForced ? port : realPort}`, weight: Math.max(1, weight) }];
}
