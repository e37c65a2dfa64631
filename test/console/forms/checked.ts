/** A console whose configuration has checks to edit. */
import type { TestContext } from "node:test";
import { pairConfig, pairText } from "../sample-pair.ts";
import { serveConsole, visitorAs } from "../served-console.ts";
import type { Visitor } from "../visitor.ts";
import { formIn } from "./sent-form.ts";

export async function served(t: TestContext, text = pairText, user = "admin"): Promise<Visitor> {
  const console = await serveConsole(t, {
    prepare: (daemon) => {
      daemon.loaded = { ...pairConfig, text };
    },
  });
  return visitorAs(console, user);
}

export async function send(
  visitor: Visitor,
  [page, action]: readonly [string, string],
  changes: Readonly<Record<string, string>>,
) {
  const { text } = await visitor.get(page);
  return visitor.post(action, { ...formIn(text, action), ...changes });
}

export const draftOf = async (visitor: Visitor): Promise<string> =>
  formIn((await visitor.get("/review")).text, "/review/text").text ?? "";

export const saved = (query: string) => [`/monitoring?${query}`, "/monitoring/save"] as const;
