/**
 * The keys of the web console. The daemon reads them and passes them on: the console cannot read
 * the configuration's files, and takes over what changes while it runs.
 */
import { listenAddress, network, port } from "../../keys/network-shapes.ts";
import { optional, preset, section } from "../../keys/section.ts";
import { list, text } from "../../keys/shape.ts";

/** Offices, management networks, jump hosts. */
const networksMax = 100;

const pemFile = (what: string) =>
  text({ what, max: 4096, pattern: /^[^\r\n]+$/, hint: "a file in PEM, which lvsd-console reads" });

export const consoleTlsKeys = {
  certificate: optional(
    pemFile("the path of a file"),
    "one that the console makes itself",
    "The certificate with its chain, in PEM, readable for the user lvsd-console.",
    { names: "file" },
  ),
  key: optional(
    pemFile("the path of a file"),
    "one that the console makes itself",
    "Its private key, in PEM, readable for the user lvsd-console. Given with `certificate`, or neither.",
    { names: "file" },
  ),
};

export const consoleKeys = {
  listen: preset(
    listenAddress,
    "127.0.0.1",
    "The address that the console listens on; `0.0.0.0` or `::`: all of them. It is reached from elsewhere through `ssh -L 3636:127.0.0.1:3636` until this is set otherwise.",
  ),
  port: preset(port, 3636, "The TCP port."),
  allow: preset(
    list(network, { what: "a list of networks", max: networksMax, single: true }),
    [],
    "The networks whose addresses may use it, in addition to loopback. Empty: every address.",
  ),
  tls: optional(
    section(consoleTlsKeys),
    "plain HTTP",
    "HTTPS. An empty map, `tls: {}`: with a certificate that the console makes itself, whose fingerprint its log says.",
  ),
};
