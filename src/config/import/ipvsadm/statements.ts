/**
 * The lines of a table as `ipvsadm -S -n` prints it, or of a script of ipvsadm commands in that form
 * (ipvsadm(8)): services with their real servers, timeouts, the kernel's synchronisation.
 */
import { isIP } from "node:net";
import type { Problem } from "../../../keys/problem.ts";
import type { ForeignFile } from "../imported.ts";
import { MapNode } from "../outline.ts";

const command =
  /^(?:\S*ipvsadm\s+)?(?:-[AaCZ]\b|--(?:add-service|add-server|clear|zero|set|start-daemon)\b)/;

/** Whether a text is a table: its first statement is one of ipvsadm's. */
export function isIpvsadm(text: string): boolean {
  const lines = text.slice(0, 65_536).split(/\r?\n/);
  const first = lines.map((line) => line.trim()).find((line) => line !== "" && line[0] !== "#");
  return first !== undefined && command.test(first);
}

export type Protocol = "tcp" | "udp" | "sctp";

export interface Service {
  readonly key: string;
  readonly line: number;
  readonly protocol: Protocol | "mark";
  readonly address: string;
  readonly port: number;
  readonly mark: number;
  readonly scheduler: string;
  readonly flags: readonly string[];
  readonly persistence: number | null;
  readonly netmask: string | null;
  readonly engine: string | null;
  readonly onePacket: boolean;
  readonly servers: Server[];
}

export interface Server {
  readonly line: number;
  readonly address: string;
  readonly port: number;
  readonly forwarding: "nat" | "direct" | "tunnel";
  readonly weight: number;
  readonly max: number;
  readonly min: number;
  readonly tunnel: MapNode | null;
}

/** Long options of the saved form, by their short ones. */
const shortOptions: Readonly<Record<string, string>> = {
  "--add-service": "-A",
  "--add-server": "-a",
  "--tcp-service": "-t",
  "--udp-service": "-u",
  "--fwmark-service": "-f",
  "--scheduler": "-s",
  "--persistent": "-p",
  "--netmask": "-M",
  "--real-server": "-r",
  "--gatewaying": "-g",
  "--masquerading": "-m",
  "--ipip": "-i",
  "--weight": "-w",
  "--u-threshold": "-x",
  "--l-threshold": "-y",
  "--ipv6": "-6",
  "--ops": "-o",
  "--sched-flags": "-b",
  "--clear": "-C",
  "--zero": "-Z",
};

/** Options without a value. */
const flags = ["-A", "-a", "-g", "-m", "-i", "-6", "-o", "-C", "-Z", "-n"];
const serviceOptions = ["-t", "-u", "-f", "--sctp-service"];

const persistenceDefault = 300;

type Options = ReadonlyMap<string, string>;

class Unreadable extends Error {}

/** What a file says. */
export interface Table {
  readonly services: readonly Service[];
  /** `--set`: seconds of TCP, TCP after a FIN, UDP; 0 leaves one as it is. */
  readonly timeouts: { readonly line: number; readonly seconds: readonly number[] } | null;
  /** `--start-daemon`. */
  readonly sync: {
    readonly line: number;
    readonly device: string;
    readonly id: number;
    readonly group: string | undefined;
    readonly port: number | undefined;
    readonly ttl: number | undefined;
    readonly max_length: number | undefined;
  } | null;
}

/** Reads the file, or says why that cannot be done. */
export function readTable(file: ForeignFile): Table | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const services = new Map<string, Service>();
  let timeouts: Table["timeouts"] = null;
  let sync: Table["sync"] = null;
  for (const [at, written] of file.text.split("\n").entries()) {
    const words = written.trim().split(/\s+/);
    if (words[0]?.endsWith("ipvsadm")) words.shift();
    const [first = ""] = words;
    if (first === "" || first.startsWith("#") || first === "--stop-daemon") continue;
    const line = at + 1;
    try {
      if (first === "--set") timeouts = { line, seconds: secondsOf(words.slice(1)) };
      else if (first === "--start-daemon") sync = { line, ...syncOf(optionsOf(words)) };
      else statement(optionsOf(words), line, services);
    } catch (thrown) {
      if (!(thrown instanceof Unreadable)) throw thrown;
      const [message = "", hint = ""] = thrown.message.split("|");
      if (problems.length < problemsMax)
        problems.push({ file: file.name, line, column: 1, message, hint });
    }
  }
  return problems.length > 0 ? { problems } : { services: [...services.values()], timeouts, sync };
}

const timeoutMax = 31 * 86_400;

function secondsOf(words: readonly string[]): readonly number[] {
  if (words.length !== 3) throw new Unreadable("--set takes three timeouts|write TCP TCPFIN UDP");
  return words.map((word) => numberOf(word, 0, timeoutMax, "timeout"));
}

/** Keys of `connection_sync`, as far as options give them. */
function syncOf(options: Options): Omit<NonNullable<Table["sync"]>, "line"> {
  const number = (option: string, min: number, max: number, what: string): number | undefined => {
    const given = options.get(option);
    return given === undefined ? undefined : numberOf(given, min, max, what);
  };
  return {
    device: options.get("--mcast-interface") ?? "eth0",
    id: number("--syncid", 0, 255, "synchronisation id") ?? 0,
    group: options.get("--mcast-group"),
    port: number("--mcast-port", 1, 65_535, "port"),
    ttl: number("--mcast-ttl", 1, 255, "ttl"),
    max_length: number("--sync-maxlen", 1, 65_507, "length"),
  };
}

const problemsMax = 100;

function optionsOf(words: readonly string[]): Options {
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (!word.startsWith("-"))
      throw new Unreadable(`unexpected ${JSON.stringify(word)}|options begin with -`);
    const option = shortOptions[word] ?? word;
    const next = words[at + 1];
    const takesValue = !flags.includes(option) && next !== undefined && !/^-[A-Za-z-]/.test(next);
    options.set(option, takesValue ? next : "");
    if (takesValue) at += 1;
  }
  return options;
}

function statement(options: Options, line: number, services: Map<string, Service>): void {
  if (options.has("-C") || options.has("-Z")) return;
  const name = serviceOptions.find((option) => options.has(option));
  if (name === undefined)
    throw new Unreadable(
      "names no service|write -t, -u or --sctp-service ADDRESS:PORT, or -f MARK",
    );
  const key = `${name} ${options.get(name)}${options.has("-6") ? " -6" : ""}`;
  const known = services.get(key);
  if (options.has("-A")) {
    if (known !== undefined) throw new Unreadable(`${key} is added twice|remove one`);
    services.set(key, { ...serviceOf(name, options.get(name) ?? "", options), key, line });
    return;
  }
  if (!options.has("-a")) throw new Unreadable("neither -A nor -a|give what ipvsadm -S -n prints");
  if (known === undefined) throw new Unreadable(`${key} has no -A before|add the service first`);
  known.servers.push(serverOf(options, line, known.port));
}

function serviceOf(name: string, value: string, options: Options): Omit<Service, "key" | "line"> {
  const protocols: Record<string, Service["protocol"]> = { "-t": "tcp", "-u": "udp", "-f": "mark" };
  const protocol = protocols[name] ?? "sctp";
  const endpoint = protocol === "mark" ? { address: "", port: 0 } : endpointOf(value, 0);
  const mark = protocol === "mark" ? numberOf(value, 1, 2 ** 32 - 1, "firewall mark") : 0;
  const persistence = options.get("-p");
  return {
    ...endpoint,
    protocol,
    mark,
    scheduler: options.get("-s") ?? "wlc",
    flags: (options.get("-b") ?? "").split(",").filter((flag) => flag !== ""),
    persistence:
      persistence === undefined
        ? null
        : persistence === ""
          ? persistenceDefault
          : numberOf(persistence, 1, 31 * 86_400, "persistence timeout"),
    netmask: options.get("-M") ?? null,
    engine: options.get("--pe") ?? null,
    onePacket: options.has("-o"),
    servers: [],
  };
}

function serverOf(options: Options, line: number, port: number): Server {
  const value = options.get("-r");
  if (value === undefined || value === "") throw new Unreadable("no -r|name the real server");
  const number = (option: string, otherwise: number): number => {
    const given = options.get(option);
    return given === undefined ? otherwise : numberOf(given, 0, 2 ** 31 - 1, option);
  };
  return {
    ...endpointOf(value, port),
    line,
    forwarding: options.has("-m") ? "nat" : options.has("-i") ? "tunnel" : "direct",
    weight: number("-w", 1),
    max: number("-x", 0),
    min: number("-y", 0),
    tunnel: tunnelOf(options),
  };
}

/** How packets are wrapped, where it is not IP in IP. */
function tunnelOf(options: Options): MapNode | null {
  const type = options.get("--tun-type") ?? "ipip";
  const map = new MapNode("flow").set("type", type);
  const port = options.get("--tun-port");
  if (port !== undefined) map.set("port", numberOf(port, 1, 65_535, "port"));
  if (options.has("--tun-csum")) map.set("checksum", true);
  if (options.has("--tun-remcsum")) map.set("checksum", "remote");
  return type === "ipip" && map.size === 1 ? null : map;
}

function endpointOf(written: string, portDefault: number): { address: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(written);
  const address = match?.[1] ?? match?.[2] ?? "";
  if (isIP(address) === 0)
    throw new Unreadable(
      `${JSON.stringify(written.slice(0, 60))} is no ADDRESS:PORT|print the table with -n`,
    );
  const port = match?.[3] === undefined ? portDefault : numberOf(match[3], 0, 65_535, "port");
  return { address, port };
}

function numberOf(written: string, min: number, max: number, what: string): number {
  const number = /^\d{1,10}$/.test(written) ? Number(written) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new Unreadable(
    `${JSON.stringify(written.slice(0, 40))} is no ${what}|use ${min} to ${max}`,
  );
}
