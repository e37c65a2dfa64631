/** A console whose configuration is edited by its forms. */
import type { TestContext } from "node:test";
import { pairConfig } from "../sample-pair.ts";
import { serveConsole, visitorAs } from "../served-console.ts";
import type { Visitor } from "../visitor.ts";
import { formIn } from "./sent-form.ts";

export async function served(t: TestContext, user = "admin") {
  const console = await serveConsole(t, {
    prepare: (daemon) => {
      daemon.loaded = pairConfig;
    },
  });
  return { ...console, visitor: await visitorAs(console, user) };
}

/** Sends the form of a page with some of its fields changed; null: not ticked. */
export async function send(
  visitor: Visitor,
  [page, action]: readonly [string, string],
  changes: Readonly<Record<string, string | null>>,
) {
  const { text } = await visitor.get(page);
  const fields: Record<string, string> = formIn(text, action);
  for (const [name, value] of Object.entries(changes))
    if (value === null) delete fields[name];
    else fields[name] = value;
  return visitor.post(action, fields);
}

/** The text of the draft, as REVIEW has it. */
export const draftOf = async (visitor: Visitor): Promise<string> =>
  formIn((await visitor.get("/review")).text, "/review/text").text ?? "";

export const web = ["/virtual-server?name=web", "/virtual-server/save"] as const;
