/** docs/checks.md, printed from the declarations of the types (src/check/check-types.ts). */
import { parse } from "yaml";
import { rhythmKeys, tlsSectionKeys } from "../src/check/check-keys.ts";
import { type CheckTypeName, declaredTypes, typeNamed } from "../src/check/check-types.ts";
import { originKeys, originPortKeys } from "../src/check/origin-keys.ts";
import { failureReasons, reasonHelp } from "../src/check/reason.ts";
import { everyTypesKeys } from "../src/config/schema/check.ts";
import { afterTypes, beforeTypes, deadlineText, originText } from "./checks-text.ts";
import { keyTable } from "./configuration-doc.ts";

/** A type's example as the lines under `check:`. */
const exampleLines = (example: string): readonly string[] =>
  example.includes("\n") ? example.split("\n").map((line) => `  ${line}`) : [`  ${example}`];

const exampleText = (example: string): string[] => {
  const oneLine = !example.includes("\n");
  return [
    "```yaml",
    ...(oneLine && typeof parse(example) === "object" && example.startsWith("{")
      ? [`check: ${example}`]
      : ["check:", ...exampleLines(example)]),
    "```",
    "",
  ];
};

/** Of every type that uses the network. */
const fromKeys = { ...originKeys, ...originPortKeys };

function typeText(name: CheckTypeName): string[] {
  const { help, reasons, example, ...type } = typeNamed(name);
  const keys = Object.fromEntries(
    Object.entries(type.keys).filter(([key]) => !Object.hasOwn(fromKeys, key)),
  );
  const own = Object.keys(keys).length > 0;
  const listed = failureReasons.filter((reason) => reasons[reason] !== undefined);
  return [
    `### \`${name}\``,
    "",
    ...exampleText(example),
    ...(help.length > 0 ? [...help, ""] : []),
    ...(own ? [...keyTable(keys), ""] : []),
    ...(listed.length > 0
      ? [
          "| fails with | look at |",
          "|---|---|",
          ...listed.map((reason) => `| \`${reason}\` | ${reasons[reason]} |`),
          "",
        ]
      : []),
  ];
}

/** The whole document. */
export function checksDoc(): string {
  const lines = [
    ...beforeTypes,
    "## Types",
    "",
    "| type | a try | passes when |",
    "|---|---|---|",
    ...declaredTypes.map(({ name, does, passes }) => `| \`${name}\` | ${does} | ${passes} |`),
    "",
    "## Keys of every type",
    "",
    ...keyTable({ type: everyTypesKeys.type, ...rhythmKeys, any: everyTypesKeys.any }),
    "",
    "## Where checks come from",
    "",
    ...originText,
    "",
    ...keyTable(fromKeys),
    "",
    "## Each type",
    "",
    ...declaredTypes.flatMap(({ name }) => typeText(name)),
    "### The map `tls`",
    "",
    "With `verify` the certificate must name the `sni` or, without one, the real server's address. The",
    "file of `ca` is read again when it has changed.",
    "",
    ...keyTable(tlsSectionKeys),
    "",
    "## One try, one deadline",
    "",
    ...deadlineText,
    "",
    "| reason | what has happened | look at |",
    "|---|---|---|",
    ...failureReasons.map((reason) => {
      const { happened, remedy } = reasonHelp[reason];
      return `| \`${reason}\` | ${happened} | ${remedy} |`;
    }),
    "",
    ...afterTypes,
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}
