/** CHANGE PASSWORD: a user's own. */
import { type Html, html, nothing } from "../html.ts";
import type { Acted, Form, Model, Panel } from "../panel.ts";
import {
  hashPassword,
  passwordFault,
  passwordLengthMax,
  passwordLengthMin,
  TooManyPasswords,
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
  const { say } = model;
  const again = (wrong: Wrong): Acted => ({ kind: "again", content: form(model, wrong) });
  const fresh = given.get("fresh") ?? "";
  const repeated = given.get("again") ?? "";
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
  const why = await replaced(model, given.get("present") ?? "", fresh);
  if (why !== null) return again({ field: "present", text: say(why) });
  model.note("has a new password, given in the console; all their sessions are over");
  // With the password all sessions of the user are over, this one too.
  return { kind: "done", text: "", to: "/login" };
}

/** Why the password stays what it is; null: the new one is stored. */
async function replaced(
  { user, users }: Model,
  present: string,
  fresh: string,
): Promise<"password.wrong" | "login.busy" | null> {
  try {
    if (!(await verifyPassword(present, user.password))) return "password.wrong";
    users.put({
      ...user,
      password: await hashPassword(fresh),
      changed: new Date().toISOString(),
    });
    return null;
  } catch (thrown) {
    if (thrown instanceof TooManyPasswords) return "login.busy";
    throw thrown;
  }
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
