/** Commands about the machines around lvsd, as they are typed. */
import { Option } from "commander";
import {
  type Format,
  formats,
  type MethodName,
  methodNames,
} from "../../advice/real-server/method.ts";
import { type Declaring, type JsonOption, jsonOption } from "../command.ts";

interface RealServerOptions {
  readonly method: MethodName;
  readonly undo: boolean;
  readonly format: Format;
}

interface DoctorOptions extends JsonOption {
  readonly peer: string;
}

export function declareMachine({ declare, terminal }: Declaring): void {
  const doctor = declare<DoctorOptions>(
    "doctor",
    "examine this machine, the peer and the real servers; say how to mend what it finds",
    async ({ options: { json = false, peer = null }, common }) =>
      (await import("../machine/doctor.ts")).doctor({ ...common, json, peer }, terminal),
    "Changes nothing. Asks on the wire who has the VIPs and whether real servers take connections,\n" +
      "and has the daemon here ask the peer what it has: programs, files, networks, clock.\n" +
      "Exit status 1 where something would prevent service. docs/doctor.md lists all findings.",
  );
  jsonOption(
    doctor.option(
      "--peer <file>",
      "what lvsd doctor --json printed on the other router, where no daemon runs; - is stdin",
    ),
  );
  declare<RealServerOptions>(
    "realserver",
    "print the script that prepares a real server",
    async ({ options: { method = null, undo = false, format = "script" }, common, words }) =>
      (await import("../machine/realserver.ts")).realserver(
        {
          ...common,
          virtualServer: String(words[0]),
          method,
          undo,
          format,
          realServer: words[1] === undefined ? null : String(words[1]),
        },
        terminal,
      ),
    "By the virtual server's forwarding: sysctl for direct routing, gateway for NAT, tunnel for\n" +
      "tunnelling. Copy it to the real server and run it there with sh, as root. Needs no daemon.",
  )
    .argument("<virtual-server>", "its name in the configuration")
    .argument("[real-server]", "the one that the script is for; all if left out")
    .addOption(new Option("--method <method>", "another way").choices([...methodNames]))
    .option("--undo", "print what takes it back")
    .addOption(
      new Option("--format <format>", "a script, or files for a manager of networks").choices([
        ...formats,
      ]),
    );
}
