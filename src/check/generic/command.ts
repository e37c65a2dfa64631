/** `command`: an operator's program decides. */
import { absolutePath } from "../../keys/command-shape.ts";
import { optional, preset } from "../../keys/section.ts";
import { choice, list, text } from "../../keys/shape.ts";
import { expectKeys, judgeExpect, pairs, sayCharactersMax } from "../check-keys.ts";
import { checkType } from "../type.ts";

/**
 * A name of a variable has nothing that execve(2) cannot distinguish, and nothing that cannot be
 * quoted.
 */
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,255}$/;

export const command = checkType({
  name: "command",
  does: "runs a program",
  passes: "it exits with status 0 and its output fits `expect`",
  help: [
    "- No shell. Anywhere in an argument `%h` and `%p` become the real server's address and port, `%v` the",
    "  virtual server's address (VIP) and `%w` the real server's weight.",
    "- `convention: keepalived` takes programs that were written for MISC_CHECK with misc_dynamic: status 0",
    "  passes, 1 fails, and 2 to 255 pass with the weight *status - 2* in the table (`effective_weight`),",
    "  until the next try. The standby learns these weights from the active router too.",
    "- `convention: ldirectord` adds four arguments: VIP and port of the virtual server, address and port",
    "  of the real server. Status 0 passes.",
    "- The program starts in `/`, without input, with `PATH`, `LANG` and what `environment` adds.",
    "- It has none of lvsd's capabilities and cannot gain any: they are taken away by `setpriv`, and",
    "  set-user-ID programs stay without effect. The installed units run it as the user",
    "  `lvsd-commands` ([security.md](security.md)). Started by root it is still the owner of root's",
    "  files, and a root without CAP_SETPCAP starts no command at all: let the daemon run as a user of",
    "  its own, as the installed unit does.",
    "- `expect` is looked for in the standard output, line ends at its end taken off. More than 64 KiB of",
    "  output fails.",
    "- At the deadline, and at the program's own end, everything left of its process group is killed.",
  ],
  keys: {
    command: optional(
      absolutePath("the absolute path of a program"),
      "none; needed",
      "The program. It runs without a shell and without lvsd's capabilities.",
      { names: "executable" },
    ),
    args: preset(
      list(text({ what: "an argument", max: sayCharactersMax }), {
        what: "a list of texts",
        max: 64,
      }),
      [],
      "Its arguments. `%h` and `%p` become the address and port of the real server, `%v` the VIP, `%w` the weight.",
    ),
    convention: optional(
      choice("convention", ["keepalived", "ldirectord"]),
      "status 0 passes",
      "Whose programs it runs: what their exit status means, and which arguments they expect.",
    ),
    environment: preset(
      pairs("variable", variableName, text({ what: "text", max: sayCharactersMax })),
      {},
      "Variables of its environment.",
      { names: "variables" },
    ),
    ...expectKeys("the output"),
  },
  reasons: {
    exit: "the exit status and the first words of its output stand in the text",
    "too-long": "let the program print a word, not a page",
  },
  example:
    "{ type: command, command: /etc/lvsd/commands/ask, args: ['%h', '%p'], expect: OK, timeout: 5s }",
  straightOnly: "the program opens its own sockets",
  settle({ command, args, environment, convention, expect, regex }, context) {
    const fits = judgeExpect({ expect, regex }, context);
    if (command === null) {
      const hint = "add `command:` with the absolute path of a program";
      context.complain(null, "command is missing", hint);
      return undefined;
    }
    return fits ? { command, args, environment, convention, expect, regex } : undefined;
  },
  served(check, { vip, port, weight }) {
    const filled = check.args.map((argument) =>
      argument.replaceAll(/%[vw]/g, (sign) => (sign === "%v" ? vip : String(weight))),
    );
    const added = check.convention === "ldirectord" ? [vip, String(port), "%h", "%p"] : [];
    return { ...check, args: [...filled, ...added] };
  },
  runs: { by: "driver", driver: "command", startsProcess: true },
});
