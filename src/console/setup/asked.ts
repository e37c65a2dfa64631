/** What the form of SETUP says, and the first configuration that comes of it. */
import ipaddr from "ipaddr.js";
import { type StarterAnswers, starter } from "../../advice/starter.ts";
import {
  family,
  type IpAddress,
  type Prefix,
  parseAddress,
  parsePrefix,
} from "../../model/address.ts";
import type { Form } from "../panel.ts";

export type SetupField =
  | "role"
  | "own"
  | "own2"
  | "other"
  | "other2"
  | "vip"
  | "device"
  | "port"
  | "forwarding"
  | "gateway"
  | "reals";

export type Typed = Readonly<Record<SetupField, string>>;

/** What is wrong with a field. */
export interface Wrong {
  readonly field: SetupField;
  readonly kind: "no-address" | "no-prefix" | "no-port" | "needed";
  readonly text: string;
}

export const typedUsual: Typed = {
  role: "primary",
  own: "",
  own2: "",
  other: "",
  other2: "",
  vip: "",
  device: "",
  port: "80",
  forwarding: "nat",
  gateway: "",
  reals: "",
};

export function typedOf(form: Form): Typed {
  const fields = Object.keys(typedUsual) as SetupField[];
  return Object.fromEntries(
    fields.map((field) => [field, (form.get(field) ?? "").trim().slice(0, 10_000)]),
  ) as Typed;
}

/** The answers, or everything that is wrong with them. */
export function answersOf(
  typed: Typed,
): Omit<StarterAnswers, "keyFile"> | { readonly wrong: readonly Wrong[] } {
  const wrong: Wrong[] = [];
  const complain = (field: SetupField, kind: Wrong["kind"], text: string): null => {
    wrong.push({ field, kind, text: text.slice(0, 100) });
    return null;
  };
  const address = (field: SetupField, text: string): IpAddress | null =>
    parseAddress(text) ?? complain(field, "no-address", text);
  const needed = (field: SetupField): IpAddress | null =>
    typed[field] === "" ? complain(field, "needed", "") : address(field, typed[field]);
  const optional = (field: SetupField): IpAddress | null =>
    typed[field] === "" ? null : address(field, typed[field]);
  const prefix = (field: SetupField): Prefix | null =>
    prefixOf(typed[field]) ?? complain(field, "no-prefix", typed[field]);
  const own = { public: needed("own"), private: optional("own2") };
  const isAlone = typed.other === "" && typed.other2 === "";
  const other = isAlone ? null : { public: needed("other"), private: optional("other2") };
  const vip = typed.vip === "" ? complain("vip", "needed", "") : prefix("vip");
  const port = /^\d{1,5}$/.test(typed.port) ? Number(typed.port) : 0;
  if (port < 1 || port > 65_535) complain("port", "no-port", typed.port);
  const isNat = typed.forwarding !== "direct";
  const natRouter = isNat && typed.gateway !== "" ? prefix("gateway") : null;
  const realServers = typed.reals
    .split(/[\s,]+/)
    .filter((text) => text !== "")
    .flatMap((text) => address("reals", text) ?? []);
  const stranger = vip && realServers.find((each) => family(each) !== family(vip.address));
  if (stranger) complain("reals", "no-address", stranger);
  if (wrong.length > 0 || own.public === null || vip === null) return { wrong };
  const self = { public: own.public, private: own.private };
  const peer =
    other === null || other.public === null
      ? null
      : { public: other.public, private: other.private };
  const isBackup = typed.role === "backup" && peer !== null;
  return {
    primary: isBackup ? peer : self,
    backup: isBackup ? self : peer,
    vip,
    port,
    natRouter,
    realServers,
    device: typed.device === "" ? null : typed.device,
    forwarding: isNat ? "nat" : "direct",
  };
}

/** As the old tool had it, a netmask in four parts will do as well. */
function prefixOf(text: string): Prefix | null {
  const [address = "", mask = ""] = text.split("/").map((part) => part.trim());
  if (!ipaddr.IPv4.isValidFourPartDecimal(mask)) return parsePrefix(`${address}/${mask}`);
  const bits = ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask();
  return bits === null ? null : parsePrefix(`${address}/${bits}`);
}

/** The key's line in what is copied to the other router. */
const keyLine = /^# heartbeat key: ([A-Za-z0-9+/=]{1,200})$/m;

/** What is pasted on the other router: the configuration, with the key in a comment. */
export const bundleOf = (text: string, key: string | null): string =>
  key === null ? text : `# heartbeat key: ${key}\n${text}`;

/** A bundle taken apart; `key` null: it has none. */
export function unbundled(bundle: string): {
  readonly text: string;
  readonly key: string | null;
} {
  // Forms end each line with CR LF (WHATWG HTML, section 4.10.21.5).
  const lines = bundle.replaceAll("\r\n", "\n");
  const key = keyLine.exec(lines)?.[1] ?? null;
  return { text: lines.replace(keyLine, "").replace(/^\n+/, ""), key };
}

export const firstText = (answers: Omit<StarterAnswers, "keyFile">, keyFile: string): string =>
  starter({ ...answers, keyFile });
