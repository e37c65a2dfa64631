/** `lvsd drain`, `disable` and `enable`, as they are typed. */
import { type Command, InvalidArgumentError } from "commander";
import { type Ms, parseDuration } from "../../model/time.ts";
import { type Declaring, type JsonOption, jsonOption } from "../command.ts";

interface OrderOptions extends JsonOption {
  readonly everywhere: boolean;
}

interface DrainOptions extends OrderOptions {
  /** True: without a limit. */
  readonly wait: Ms | true;
}

export function declareMaintenance({ declare, terminal, environment }: Declaring): void {
  const drain = declare<DrainOptions>(
    "drain",
    "give a real server no new connections until it is enabled",
    async ({ options, common, words }) => {
      const { json = false, everywhere = false, wait = null } = options;
      const [virtualServer = "", realServer = ""] = words.map(String);
      const asked = { json, everywhere, wait, virtualServer, realServer, environment };
      return (await import("../maintenance/drain.ts")).drain({ ...common, ...asked }, terminal);
    },
    "Its weight becomes 0 on both routers and stays so over reload, restart and failover. With\n" +
      "--wait the command follows the connections until none is left; exit status 1 when its time\n" +
      "is over before. Connections that went on after 15 minutes are reported by an event.",
  );
  drain.option(
    "--wait [duration]",
    "wait until no connection is left, for at most so long",
    length,
  );
  serverArguments(drain);
  const orders = [
    ["disable", "take a real server or a virtual server out of service until it is enabled"],
    ["enable", "undo drain and disable"],
  ] as const;
  const helps = {
    disable:
      "A real server leaves the table and its connections end; a virtual server is treated as with\n" +
      "active: false, its VIP included. On both routers, over reload, restart and failover.",
    enable: "A real server that was disabled is checked before it gets traffic again.",
  };
  for (const [kind, summary] of orders) {
    const command = declare<OrderOptions>(
      kind,
      summary,
      async ({ options: { json = false, everywhere = false }, common, words }) => {
        const [virtualServer = "", realServer = null] = words as readonly (string | undefined)[];
        const asked = { json, everywhere, kind, virtualServer, realServer, environment };
        return (await import("../maintenance/order.ts")).order({ ...common, ...asked }, terminal);
      },
      helps[kind],
    );
    serverArguments(command, "[real-server]");
  }
}

const serverArguments = (command: Command, realServer = "<real-server>"): Command =>
  jsonOption(
    command
      .argument("<virtual-server>", "its name; * with a real server's address: all that have it")
      .argument(realServer, "its name in that virtual server")
      .option("--everywhere", "in all virtual servers that have the real server's address"),
  );

/** Nothing behind `--wait=`: without a limit. */
function length(text: string): Ms | true {
  if (text === "") return true;
  const read = parseDuration(text);
  if (read === null) throw new InvalidArgumentError("Give a duration: 30s, 5m, 1h.");
  return read;
}
