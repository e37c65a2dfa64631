/**
 * The identity of what IPVS balances: virtual services, destinations, how packets get there.
 * Words and numbers follow ipvsadm(8).
 */
import { type Family, type IpAddress, printEndpoint } from "./address.ts";

export const protocols = ["tcp", "udp", "sctp"] as const;
export type Protocol = (typeof protocols)[number];

/** nat = masquerading (ipvsadm -m), direct = direct routing (-g), tunnel = encapsulation (-i). */
export const forwardings = ["nat", "direct", "tunnel"] as const;
export type Forwarding = (typeof forwardings)[number];

/**
 * How a packet is wrapped on its way to a real server (ipvsadm(8), --tun-type): in IP, in UDP on a
 * port (GUE), or in GRE. `checksum`: of the outer header; `remote`: computed by the receiver.
 */
export type Tunnel =
  | { readonly type: "ipip" }
  | { readonly type: "gue"; readonly port: number; readonly checksum: boolean | "remote" }
  | { readonly type: "gre"; readonly checksum: boolean };

export const ipip: Tunnel = { type: "ipip" };

export const schedulers = [
  "rr",
  "wrr",
  "lc",
  "wlc",
  "lblc",
  "lblcr",
  "dh",
  "sh",
  "sed",
  "nq",
  "mh",
  "fo",
  "ovf",
] as const;
export type Scheduler = (typeof schedulers)[number];

export const schedulerFlags = ["sh-fallback", "sh-port", "mh-fallback", "mh-port"] as const;
export type SchedulerFlag = (typeof schedulerFlags)[number];

/** What the kernel identifies a virtual service by. */
export type ServiceIdentity =
  | {
      readonly kind: "address";
      readonly protocol: Protocol;
      readonly address: IpAddress;
      readonly port: number;
    }
  | { readonly kind: "fwmark"; readonly fwmark: number; readonly family: Family };

/**
 * One text for one identity: `tcp 192.0.2.1:80`, `fwmark 80`, `fwmark 80 inet6`. For maps and
 * messages.
 */
export function printService(service: ServiceIdentity): string {
  if (service.kind === "fwmark")
    return `fwmark ${service.fwmark}${service.family === 6 ? " inet6" : ""}`;
  return `${service.protocol} ${printEndpoint(service.address, service.port)}`;
}

/** Marks of the services by which checks are led through IPVS: "M" and 24 bits. */
export const privateMarks = { from: 0x4d00_0000, count: 0x100_0000 } as const;

export const isPrivateMark = (fwmark: number): boolean =>
  fwmark >= privateMarks.from && fwmark < privateMarks.from + privateMarks.count;

/** A service that only lvsd's own checks use, and that operators are not shown. */
export const isPrivate = (service: ServiceIdentity): boolean =>
  service.kind === "fwmark" && isPrivateMark(service.fwmark);

/** The same of a printed service. */
export const isPrivateName = (service: string): boolean =>
  isPrivateMark(Number(/^fwmark (\d+)/.exec(service)?.[1] ?? 0));

/** What the kernel identifies a destination of a virtual service by. */
export interface DestinationIdentity {
  readonly address: IpAddress;
  readonly port: number;
}

export const printDestination = (destination: DestinationIdentity): string =>
  printEndpoint(destination.address, destination.port);

/** The largest weight that IPVS keeps (ip_vs.h; ipvsadm itself takes larger ones silently). */
export const weightMax = 65_535;
