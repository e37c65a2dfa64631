/** CHANGE PASSWORD: a user's own. */
import { type Html, html, nothing } from "../html.ts";
import type { Acted, Form, Model, Panel } from "../panel.ts";
import {
  hashPassword,
  passwordFault,
  passwordLengthMax,
  passwordLengthMin,
  verifyPassword,
} from "../users/password.ts";

interface Wrong {
  readonly field: "present" | "fresh" | "again";
  readonly text: string;
}

export const passwordPanel: Panel = {
  path: "/password",
  title: "password.title",
  help: "password.help",
  access: "read",
  render: (model) => form(model, null),
  actions: { change },
};

async function change(model: Model, given: Form): Promise<Acted> {
  const { say, user, users } = model;
  const again = (wrong: Wrong): Acted => ({ kind: "again", content: form(model, wrong) });
  const [fresh, repeated] = [given.get("fresh") ?? "", given.get("again") ?? ""];
  const fault = passwordFault(fresh);
  if (fault === "short")
    return again({
      field: "fresh",
      text: say("password.short", { characters: passwordLengthMin }),
    });
  if (fault === "long")
    return again({ field: "fresh", text: say("password.long", { characters: passwordLengthMax }) });
  if (fresh !== repeated) return again({ field: "again", text: say("password.different") });
  if (!model.attempt()) return again({ field: "present", text: say("frame.too-many") });
  if (!(await verifyPassword(given.get("present") ?? "", user.password)))
    return again({ field: "present", text: say("password.wrong") });
  const password = await hashPassword(fresh);
  users.put({ ...user, password, changed: new Date().toISOString() });
  model.note("has a new password, given in the console; all their sessions are over");
  // With the password all sessions of the user are over, this one too.
  return { kind: "done", text: "", to: "/login" };
}

function form({ say, token }: Model, wrong: Wrong | null): Html {
  const field = (name: Wrong["field"], label: string, autocomplete: string): Html => {
    const mine = wrong?.field === name ? wrong : null;
    const described =
      mine === null
        ? nothing
        : html` aria-invalid="true" aria-describedby="${name}-wrong" autofocus="autofocus"`;
    return html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="password" autocomplete="${autocomplete}" required maxlength="${passwordLengthMax}"${described}>
${mine === null ? nothing : html`<p class="wrong" id="${name}-wrong">${mine.text}</p>`}`;
  };
  return html`<p>${say("password.help")}</p>
<form method="post" action="/password/change" class="fields">${token}
${field("present", say("password.present"), "current-password")}
${field("fresh", say("password.new"), "new-password")}
${field("again", say("password.again"), "new-password")}
<button class="main">${say("password.do")}</button></form>`;
}
