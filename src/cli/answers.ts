/** The options of `lvsd init` as they are typed: texts become addresses, or a refusal. */
import { type Command, InvalidArgumentError } from "commander";
import type { StarterAnswers } from "../advice/starter.ts";
import type { RouterAddresses } from "../config/config.ts";
import { type IpAddress, type Prefix, parseAddress, parsePrefix } from "../model/address.ts";

/** Options by their names in commander; each is there only when it was given. */
export interface TypedAnswers {
  readonly primary?: RouterAddresses;
  /** "none": a single router. commander would make an empty text of null. */
  readonly backup?: RouterAddresses | "none";
  readonly vip?: Prefix;
  readonly natRouter?: Prefix;
  readonly realServer?: readonly IpAddress[];
}

/** The two machines' own addresses. */
export const declareRouters = (command: Command): Command =>
  command
    .option("--primary <address[,private]>", "addresses of the primary", router)
    .option(
      "--backup <address[,private]>",
      "addresses of the backup; none: one router alone",
      backup,
    );

export const declareAnswers = (command: Command): Command =>
  declareRouters(command)
    .option("--vip <address/length>", "the virtual address that clients connect to", prefix)
    .option("--nat-router <address/length>", "the real servers' gateway", prefix)
    .option("--real-server <address>", "a real server; may be given several times", anotherAddress);

/** What the starter knows; what was not given stays its example. */
export function answersOf(typed: TypedAnswers): Partial<StarterAnswers> {
  const { primary, backup: second, vip, natRouter, realServer } = typed;
  return {
    ...(primary === undefined ? {} : { primary }),
    ...(second === undefined ? {} : { backup: second === "none" ? null : second }),
    ...(vip === undefined ? {} : { vip }),
    ...(natRouter === undefined ? {} : { natRouter }),
    ...(realServer === undefined ? {} : { realServers: realServer }),
  };
}

function router(text: string): RouterAddresses {
  const [publicText = "", privateText, ...rest] = text.split(",");
  if (rest.length > 0) throw new InvalidArgumentError("Give PUBLIC or PUBLIC,PRIVATE.");
  return {
    public: address(publicText),
    private: privateText === undefined ? null : address(privateText),
  };
}

const backup = (text: string): RouterAddresses | "none" => (text === "none" ? text : router(text));

function address(text: string): IpAddress {
  const read = parseAddress(text);
  if (read === null) throw new InvalidArgumentError("This is no IP address.");
  return read;
}

const anotherAddress = (text: string, before: readonly IpAddress[] = []): readonly IpAddress[] => [
  ...before,
  address(text),
];

function prefix(text: string): Prefix {
  const read = parsePrefix(text);
  if (read === null) throw new InvalidArgumentError("This is no IP address with a prefix length.");
  return read;
}
