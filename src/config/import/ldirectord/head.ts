/** The line `virtual=`, with the protocol that a block gives it. */
import { isIPv6 } from "node:net";
import { allPorts } from "../mending/all-ports.ts";
import { type MapNode, Missing } from "../outline.ts";
import { servicePorts } from "../service-ports.ts";
import { placeOf, reportAllPorts, reportMark } from "../surroundings.ts";
import type { Conversion, Head } from "./conversion.ts";
import { isAddress } from "./real.ts";
import { ownOf, type Settings } from "./settings.ts";
import type { Directive, Virtual, Wrong } from "./statements.ts";

export function headOf({ head, name }: Virtual): Head | Wrong {
  const { raw: value, line } = head;
  const isSix = name === "virtual6";
  const wrong = (message: string, hint: string): Wrong => ({ line, column: 1, message, hint });
  const match = /^(?:\[([0-9A-Fa-f:]+)\]|([\w.+-]+)):([\w-]+)/.exec(value);
  if (match === null) {
    const mark = /^\d{1,10}/.exec(value)?.[0];
    if (mark !== undefined) return { address: null, port: 0, mark: Number(mark), isSix };
    return wrong(`${JSON.stringify(value.slice(0, 60))} is no address`, "write ADDRESS:PORT");
  }
  const address = match[1] ?? match[2] ?? "";
  if (match[1] !== undefined && !isIPv6(address))
    return wrong(`${address.slice(0, 60)} is no IPv6 address`, "write [ADDRESS]:PORT");
  const port = match[3] ?? "";
  const number = servicePorts[port] ?? Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    return wrong(`${JSON.stringify(port)} is no port`, "ranges are not possible; give one number");
  if (isAddress(address) && isIPv6(address) !== (name === "virtual6"))
    return wrong(`${address} under ${name}`, `use ${isIPv6(address) ? "virtual6" : "virtual"}`);
  return { address, port: number, mark: null, isSix };
}

/** What ldirectord refuses of the protocol, once it is known what the line `virtual=` names. */
export function protocolWrong(settings: Settings, head: Head): Wrong | null {
  const known = head.mark === null ? ["tcp", "udp"] : ["fwm"];
  const wordOf = ({ value }: Directive): string => /\w+/.exec(value)?.[0] ?? "";
  const given = settings.own.find((one) => one.name === "protocol" && !known.includes(wordOf(one)));
  if (given === undefined) return null;
  const what = head.mark === null ? "an address and port" : "a firewall mark";
  const message = `protocol ${JSON.stringify(wordOf(given).slice(0, 40))} of ${what}`;
  return { line: given.line, column: 1, message, hint: `write ${known.join(" or ")}` };
}

export function protocolOf(settings: Settings, head: Head): "tcp" | "udp" | "fwm" {
  if (head.mark !== null) return "fwm";
  const given = ownOf(settings, "protocol")?.value;
  return given === "udp" || (given === undefined && head.port === 53) ? "udp" : "tcp";
}

export function headKeys(
  { root, findings, claims }: Conversion,
  map: MapNode,
  head: Head,
  virtual: Virtual,
  protocol: "tcp" | "udp" | "fwm",
  { file }: Settings,
): void {
  const origin = { file, line: virtual.head.line };
  if (head.mark !== null) {
    map.set("fwmark", head.mark, origin);
    root.set("marks", "external", null, "the rules that set the marks are yours");
    const subject = `virtual=${head.mark}`;
    reportMark(claims.around, head.mark, { origin, subject, file: "ldirectord.cf" }, findings);
    return;
  }
  const address = head.address ?? "";
  if (!isAddress(address)) {
    map.set("address", new Missing("address", `the address of ${address}`), origin);
    findings.add(
      "suspicious",
      origin,
      `virtual=${virtual.head.value}`,
      "a name: VIPs are addresses",
    );
  } else {
    const place = placeOf(claims.around, address);
    map.set(
      "address",
      place === null ? address : `${address}/${place.length}`,
      origin,
      place === null ? "its prefix length or device: is in no given file" : null,
    );
    if (place?.device) map.set("device", place.device);
    if (place === null)
      findings.add(
        claims.floating.length > 0 ? "suspicious" : "changed",
        origin,
        `virtual=${virtual.head.value}`,
        `no given file says who claims ${address}: lvsd does, on the device whose network holds it; give the output of ip addr, or write device: none`,
      );
  }
  map.set("protocol", protocol);
  if (head.port === 0) {
    map.set("ports", [allPorts], origin, "all ports");
    reportAllPorts(origin, `virtual=${virtual.head.value}`, protocol, findings);
  } else map.set("port", head.port);
}
