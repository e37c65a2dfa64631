/** `lvsd import`, as it is typed. */
import { Option } from "commander";
import { type ImporterName, importerNames } from "../../config/import/imported.ts";
import { declareRouters, type TypedAnswers } from "../answers.ts";
import {
  type Declaring,
  type JsonOption,
  jsonOption,
  type OutputOptions,
  outputOptions,
} from "../command.ts";

interface ImportOptions
  extends JsonOption,
    OutputOptions,
    Pick<TypedAnswers, "primary" | "backup"> {
  readonly from: ImporterName;
  readonly lenient: boolean;
  readonly strict: boolean;
  readonly fold: boolean;
  readonly instance: string;
}

export function declareImport({ declare, terminal }: Declaring): void {
  const command = declare<ImportOptions>(
    "import",
    "convert another system's configuration into a commented lvsd.yaml",
    async ({ options, common, words: [files] }) =>
      (await import("../config/import.ts")).importConfig(
        {
          ...common,
          json: options.json ?? false,
          force: options.force ?? false,
          strict: options.strict ?? false,
          output: options.output ?? null,
          from: options.from ?? null,
          files: files as readonly string[],
          options: {
            primary: options.primary ?? null,
            backup: options.backup === "none" ? null : (options.backup ?? null),
            lenient: options.lenient ?? false,
            fold: options.fold ?? false,
            instance: options.instance ?? null,
          },
        },
        terminal,
      ),
    "Files of one site together, recognised by their content; - is stdin. The report says what was\n" +
      "changed, left out or is suspicious. Exit status 3: something was left out or is suspicious;\n" +
      "1: the files are not understood; 2: a file is missing.",
  )
    .argument("<file...>", "the files of one site")
    .addOption(new Option("--from <system>", "what the files are of").choices(importerNames))
    .option("--lenient", "take what was meant where the original would refuse the file")
    .option("--strict", "write nothing if something was left out or is suspicious")
    .option("--fold", "virtual servers that differ only in their port become one with ports:")
    .option("--instance <id>", "keepalived's configuration id, for @ID lines");
  outputOptions(declareRouters(jsonOption(command)), "write it there");
}
