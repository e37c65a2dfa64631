/** `lvsd top` and `lvsd ipvs`, as they are typed: the kernel's table. */
import { Argument } from "commander";
import { type Declaring, type JsonOption, jsonOption } from "../command.ts";

export function declareTable({ declare, terminal }: Declaring): void {
  jsonOption(
    declare<JsonOption>(
      "top",
      "show connections, rates, health and state, live on the whole screen",
      async ({ options: { json = false }, common }) =>
        (await import("../table/top.ts")).top({ ...common, json }, terminal),
      "q quits; up, down, page up and page down scroll. With --json, or where stdout is no\n" +
        "terminal, one sample.",
    ),
  );
  declare<{ readonly clear: boolean }>(
    "ipvs",
    "save or restore the kernel's table as plain ipvsadm text",
    async ({ options: { clear = false }, common, words: [action, file = "-"] }) => {
      const table = await import("../table/ipvs.ts");
      if (action === "save") return table.saveTable(terminal);
      return table.restoreTable({ ...common, clear, file: String(file) }, terminal);
    },
    "save prints it; restore adds what a file says. A daemon that runs keeps its own services as\n" +
      "its configuration says.",
  )
    .addArgument(new Argument("<action>", "what to do").choices(["save", "restore"] as const))
    .argument("[file]", "for restore; stdin if left out")
    .option("--clear", "for restore: empty the table first");
}
