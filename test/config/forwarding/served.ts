/** Configurations of a pair by the text of its virtual servers. */
import type { Config } from "../../../src/config/config.ts";
import { accepted, readText, refused } from "../texts.ts";

export const head = `routers:
  primary: { public: 192.0.2.8 }
  backup: { public: 192.0.2.9 }
`;

export const configOf = (servers: string, rest = ""): Config =>
  accepted(readText(`${head}${rest}virtual_servers:\n  ${servers}\n`));

export const problems = (servers: string, rest = ""): readonly string[] =>
  refused(readText(`${head}${rest}virtual_servers:\n  ${servers}\n`)).map(
    ({ message, hint }) => `${message}; ${hint}`,
  );

export const external = "marks: external\n";
