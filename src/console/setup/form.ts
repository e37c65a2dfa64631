/** The form of SETUP: what this machine has is proposed. */
import type { MachineReport } from "../../control/reports/first-files.ts";
import { flagged, type Html, html, nothing } from "../html.ts";
import type { PlainKey } from "../messages/messages.ts";
import type { Model } from "../panel.ts";
import type { SetupField, Typed, Wrong } from "./asked.ts";

export function setupForm(
  model: Model,
  { hostname, devices }: MachineReport,
  typed: Typed,
  wrong: readonly Wrong[],
): Html {
  const { say, token } = model;
  const own = devices.flatMap(({ name, addresses }) =>
    addresses
      .map((address) => address.slice(0, address.indexOf("/")))
      // Link-local addresses need a device with them: no router is known by one.
      .filter((address) => !address.startsWith("fe80:"))
      .map((address) => ({ address, word: `${address} (${name})` })),
  );
  const known = { model, typed, wrong };
  const ownOptions = own.map(({ address, word }) => [address, word] as const);
  const [first = ""] = own.map(({ address }) => address);
  const proposed = { ...typed, own: typed.own || first };
  const none = [["", say("setup.none")]] as const;
  return html`<form method="post" action="/setup/make" class="fields">${token}
<fieldset><legend>${say("setup.own")} (${hostname})</legend><div class="fields">
${select({ ...known, typed: proposed }, "role", "setup.role", [
  ["primary", say("control.role-primary")],
  ["backup", say("control.role-backup")],
])}
${select({ ...known, typed: proposed }, "own", "setup.public", ownOptions)}
${select(known, "own2", "setup.private", [...none, ...ownOptions])}</div></fieldset>
<fieldset><legend>${say("setup.other")}</legend><div class="fields">
${text(known, "other", "setup.public")}
${text(known, "other2", "setup.private")}</div></fieldset>
<fieldset><legend>${say("setup.served")}</legend><div class="fields">
${text(known, "vip", "setup.vip")}
${select(known, "device", "setup.device", [
  ["", say("setup.found")],
  ...devices.map(({ name }) => [name, name] as const),
])}
${text(known, "port", "setup.port")}
${select(known, "forwarding", "setup.forwarding", [
  ["nat", say("setup.nat")],
  ["direct", say("setup.direct")],
])}
${text(known, "gateway", "setup.gateway")}
<label for="reals">${say("setup.real-servers")}</label>
<textarea id="reals" name="reals" rows="4" spellcheck="false"${described(known, "reals")}>
${typed.reals}</textarea>${complaints(known, "reals")}</div></fieldset>
<button class="main">${say("setup.do")}</button></form>`;
}

interface Known {
  readonly model: Model;
  readonly typed: Typed;
  readonly wrong: readonly Wrong[];
}

const isWrong = ({ wrong }: Known, field: SetupField): boolean =>
  wrong.some((one) => one.field === field);

const described = (known: Known, field: SetupField): Html =>
  isWrong(known, field) ? html` aria-invalid="true" aria-describedby="${field}-wrong"` : nothing;

function complaints(known: Known, field: SetupField): Html {
  const { say } = known.model;
  const own = known.wrong.filter((one) => one.field === field);
  if (own.length === 0) return nothing;
  const words = own.map(({ kind, text: given }) =>
    kind === "needed" ? say("setup.needed") : say(`setup.${kind}`, { text: given }),
  );
  return html`<p class="wrong" id="${field}-wrong">${words.join("; ")}</p>`;
}

function text(known: Known, field: SetupField, label: PlainKey): Html {
  return html`<label for="${field}">${known.model.say(label)}</label>
<input id="${field}" name="${field}" value="${known.typed[field]}" maxlength="200"${described(known, field)}>
${complaints(known, field)}`;
}

function select(
  known: Known,
  field: SetupField,
  label: PlainKey,
  options: readonly (readonly [value: string, word: string])[],
): Html {
  const chosen = known.typed[field];
  return html`<label for="${field}">${known.model.say(label)}</label>
<select id="${field}" name="${field}"${described(known, field)}>${options.map(
    ([value, word]) =>
      html`<option value="${value}"${flagged("selected", value === chosen)}>${word}</option>`,
  )}</select>${complaints(known, field)}`;
}
