/** The text of `lvsd realserver`: a script, its undoing, or files for a manager of networks. */
import { family } from "../../model/address.ts";
import type { Forwarding } from "../../model/service.ts";
import { arptables } from "./arptables.ts";
import { gateway } from "./gateway.ts";
import { iptables } from "./iptables.ts";
import { type Format, type Method, type MethodName, methodNames, type Snippet } from "./method.ts";
import { nft } from "./nft.ts";
import type { Preparation } from "./preparation.ts";
import { guards, remembering } from "./shell.ts";
import { sysctl } from "./sysctl.ts";
import { tunnel } from "./tunnel.ts";

const methods: Readonly<Record<MethodName, Method>> = {
  sysctl,
  arptables,
  iptables,
  nft,
  gateway,
  tunnel,
};

export const methodFor = (forwarding: Forwarding): MethodName =>
  methodNames.find((name) => methods[name].fits === forwarding) ?? "sysctl";

export interface Asked {
  readonly method: MethodName;
  readonly undo: boolean;
  readonly format: Format;
}

const forwardingWords: Readonly<Record<Forwarding, string>> = {
  nat: "NAT",
  direct: "direct routing",
  tunnel: "tunnelling",
};

/** The text, or why there is none. */
export function prepare(
  preparation: Preparation,
  { method: name, undo, format }: Asked,
): { readonly text: string; readonly warning: string | null } | { readonly refused: Refusal } {
  const method = methods[name];
  const lacking = lackingFor(method, preparation);
  if (lacking !== null) return { refused: lacking };
  const warning =
    method.fits === preparation.forwarding
      ? null
      : `--method ${name} is for ${forwardingWords[method.fits]}, and ${preparation.name} forwards by ${forwardingWords[preparation.forwarding]}`;
  if (format === "script") return { text: script(method, preparation, undo), warning };
  const snippets = method[format]?.(preparation) ?? null;
  if (snippets === null) {
    const message = `${format} cannot do what --method ${name} does`;
    return { refused: { message, hint: "leave out --format, and run the script at each boot" } };
  }
  return { text: undo ? removal(snippets) : printed(snippets), warning };
}

export interface Refusal {
  readonly message: string;
  readonly hint: string;
}

function lackingFor({ name }: Method, preparation: Preparation): Refusal | null {
  const { name: server, gateways, realServers } = preparation;
  if (realServers.length === 0)
    return { message: `${server} has no real server`, hint: "add it under real_servers" };
  if (name !== "gateway" && preparation.vips.length === 0)
    return {
      message: `${server} has no address: your own rules say which VIPs it has`,
      hint: "give it an address, or prepare the real servers for those VIPs by hand",
    };
  const lacking = realServers.find(({ address }) =>
    gateways.every((gateway) => family(gateway.address) !== family(address)),
  );
  if (name !== "gateway" || lacking === undefined) return null;
  if (gateways.length > 0)
    return {
      message: `${server}: nat_router has no address of the family of ${lacking.name} (${lacking.address})`,
      hint: "nat_router: { address: [IPV4/LENGTH, IPV6/LENGTH] }",
    };
  return {
    message: `${server}: there is no nat_router, through which its real servers would reply`,
    hint: "nat_router: { address: ADDRESS/LENGTH } gives them a gateway that moves with the VIPs",
  };
}

function script(method: Method, preparation: Preparation, undo: boolean): string {
  const { name, forwarding, realServers, vips } = preparation;
  const what = undo
    ? `Undoes what prepares a real server for the virtual server ${name} of lvsd.`
    : `Prepares a real server for the virtual server ${name} of lvsd.`;
  const head = [
    what,
    `Forwarding: ${forwardingWords[forwarding]}; method: ${method.name}; VIP: ${vips.join(", ")}.`,
    "",
    ...method.explains,
    "",
    `Run it as root on ${inWords(realServers.map((one) => `${one.name} (${one.address})`))}. To run it again does no harm.`,
    ...(undo
      ? []
      : ["What it sets is gone after a reboot: run it at each boot. `--undo` prints its reverse."]),
  ];
  const lines = [
    "#!/bin/sh",
    ...head.map((line) => (line === "" ? "#" : `# ${line}`)),
    "",
    ...remembering(name),
    "",
    ...guards(preparation, method.programs),
    "",
    ...(undo ? method.undo(preparation) : method.apply(preparation)),
    ...(undo ? [] : ftpLines(preparation)),
  ];
  return `${lines.join("\n")}\n`;
}

const inWords = (list: readonly string[]): string =>
  list.length < 2 ? list.join("") : `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;

/** What vsftpd.conf(5) needs, as comments: the file is the operator's. */
function ftpLines({ passivePorts, vips }: Preparation): readonly string[] {
  if (passivePorts === null) return [];
  return [
    "",
    "# FTP: passive connections come to the VIP too. In /etc/vsftpd.conf:",
    `#   pasv_min_port=${passivePorts.first}`,
    `#   pasv_max_port=${passivePorts.last}`,
    ...vips.filter((vip) => !vip.includes(":")).map((vip) => `#   pasv_address=${vip}`),
  ];
}

const printed = (snippets: readonly Snippet[]): string =>
  snippets.map(({ path, text }) => `# ${path}\n${text}\n`).join("\n");

/** Lines of a file that has others as well are taken out by hand. */
const removal = (snippets: readonly Snippet[]): string =>
  [
    "#!/bin/sh",
    "# Removes the files; files without the name lvsd have other lines too, which stay.",
    ...snippets.map(({ path }) =>
      path.includes("lvsd") && !path.includes("DEVICE")
        ? `rm -f ${path}`
        : `# take the lines out of ${path}`,
    ),
    "",
  ].join("\n");
