/** The result of an import with every marked place filled in, as an operator would. */
import { readConfig } from "../../../src/config/read-config.ts";
import { printProblem } from "../../../src/keys/problem.ts";
import { filesOf, mainPath } from "../texts.ts";

const values: Readonly<Record<string, string>> = {
  address: "203.0.113.77",
  port: "9",
  password_file: "/etc/lvsd/one.password",
  secret_file: "/etc/lvsd/one.secret",
  command: "/usr/bin/true",
  virtual_servers: "{ one: { address: 203.0.113.78/32, port: 9, device: none } }",
};

const keys = ["public", "private", ...Object.keys(values)].join("|");
const marked = new RegExp(`\\b(${keys}):(?= +#.*FILL IN| *[,}].*FILL IN)`, "g");

export function filledIn(text: string): string {
  const isSix = /\b(?:public|private): ["']?[0-9a-f]*:/.test(text);
  let routers = 0;
  return text.replaceAll(marked, (_, key: string) => {
    routers += 1;
    const own = isSix ? `2001:db8:77::${routers}` : `203.0.113.${100 + routers}`;
    return `${key}: ${values[key] ?? own}`;
  });
}

/** What `lvsd check` says of it then: nothing, if all places were marked. */
export function problemsOf(text: string): readonly string[] {
  const result = readConfig(mainPath, filesOf({ [mainPath]: filledIn(text) }));
  return "problems" in result ? result.problems.map(printProblem) : [];
}
