/** What ldirectord (1.186-ha) refuses a whole file for: by directive, the values that it takes. */

/** A directive's value, and what is around it. */
export interface Written {
  readonly name: string;
  /** Without a comment, blanks and quotes. */
  readonly value: string;
  /** As ldirectord compares it: with blanks behind it, and outside blocks with a comment. */
  readonly exact: string;
  /** The block that it stands in; null: it is global. */
  readonly inside: "virtual" | "virtual6" | null;
}

/** Why it is refused, and the way out. */
export type Refusal = readonly [message: string, hint: string];

type Rule = (written: Written) => Refusal | null;

const refuseUnless =
  (fits: (written: Written) => boolean, message: string, hint: string): Rule =>
  (written) =>
    fits(written) ? null : [`${written.name}: ${message}`, hint];

const yesOrNo: Rule = ({ name, exact }) =>
  exact === "yes" || exact === "no"
    ? null
    : [
        `${name} takes yes or no and nothing behind it`,
        "put the comment into a line of its own, and end the line behind the word",
      ];

const aboveZero = refuseUnless(
  ({ value }) => Number(/\d+/.exec(value)?.[0] ?? 0) > 0,
  "no number above 0",
  "give whole seconds, or a number",
);
const notEmpty = refuseUnless(({ value }) => value !== "", "empty", "give a value, or remove it");

const checkTypes = ["connect", "negotiate", "ping", "off", "on", "external", "external-perl"];

function netmask({ name, exact, inside }: Written): Refusal | null {
  const isSix = inside === "virtual6";
  const bits = /^\d{1,3}$/.test(exact) ? Number(exact) : 0;
  if (isSix ? bits >= 1 && bits <= 128 : /^\d+\.\d+\.\d+\.\d+$/.test(exact)) return null;
  const wanted = isSix ? "a prefix length, 1 to 128" : "a dotted mask such as 255.255.255.0";
  return [`${name}: not ${wanted} and nothing behind it`, `give ${wanted}`];
}

/** `HOST[:PORT] [gate|masq|ipip]`, under the name of the block's family. */
function fallback({ name, value, exact, inside }: Written): Refusal | null {
  const wanted = inside === "virtual6" ? "fallback6" : "fallback";
  if (inside !== null && name !== wanted) return [`${name} in a ${inside}`, `write ${wanted}=`];
  if (inside === null && exact.includes("#"))
    return [`a comment behind ${name}`, "put it into a line of its own"];
  const [host = "", method, ...more] = value.split(/\s+/);
  const known = method === undefined || /^(?:gate|masq|ipip)$/.test(method);
  if (host !== "" && known && more.length === 0) return null;
  return [`${name}: ${value.slice(0, 60)}`, "write HOST:PORT, and gate, masq or ipip at most"];
}

function checkport({ name, value }: Written): Refusal | null {
  const port = Number(/\d+/.exec(value)?.[0] ?? 0);
  return port >= 1 && port <= 65_535 ? null : [`${name}: no port`, "give 1 to 65535"];
}

function emailStatus({ name, value }: Written): Refusal | null {
  const words = value.split(/\s*,\s*/);
  const known = ["all", "none", "starting", "running", "stopping", "reloading"];
  const strange = words.find((word) => !known.includes(word));
  if (strange !== undefined)
    return [`${name}: ${strange.slice(0, 40)}`, `use ${known.slice(0, -1).join(", ")}, reloading`];
  const isMixed = words.includes("none") && words.some((word) => word !== "none");
  return isMixed ? [`${name}: none with others`, "give none alone"] : null;
}

const each = (words: string, rule: Rule): Record<string, Rule> =>
  Object.fromEntries(words.split(" ").map((word) => [word, rule]));

const rules: Readonly<Record<string, Rule>> = {
  ...each("autoreload fork quiescent readdquiescent cleanstop ops", yesOrNo),
  ...each("checktimeout negotiatetimeout checkinterval checkcount failurecount", aboveZero),
  ...each("request receive login passwd database secret checkcommand", notEmpty),
  ...each("emailalert emailalertfrom fallbackcommand maintenancedir", notEmpty),
  ...each("fallback fallback6", fallback),
  netmask,
  checkport,
  emailalertstatus: emailStatus,
  supervised: (written) => (written.exact.trim() === "" ? null : yesOrNo(written)),
  checktype: refuseUnless(
    ({ value }) => /\d/.test(value) || checkTypes.includes(/[\w-]+/.exec(value)?.[0] ?? ""),
    "unknown",
    `use ${checkTypes.join(", ")} or a number`,
  ),
  httpmethod: refuseUnless(
    ({ value }) => /^(?:get|head)$/i.test(/\w+/.exec(value)?.[0] ?? ""),
    "neither GET nor HEAD",
    "use one of them",
  ),
  scheduler: refuseUnless(({ value }) => /[a-z]/.test(value), "no lower-case letters", "write wlc"),
  ...each(
    "persistent emailalertfreq",
    refuseUnless(({ value }) => /\d/.test(value), "no number", "give whole seconds"),
  ),
  smtp: refuseUnless(
    ({ value, exact }) => value !== "" && /^[\w.+-]/.test(exact),
    "no host",
    "give its name without quotes",
  ),
};

/** Null: ldirectord takes it. */
export function refusalOf(written: Written): Refusal | null {
  return Object.hasOwn(rules, written.name) ? (rules[written.name]?.(written) ?? null) : null;
}
