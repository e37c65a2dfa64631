/** `lvsd init` and `lvsd keygen`, as they are typed: the first files of a pair. */
import { answersOf, declareAnswers, type TypedAnswers } from "../answers.ts";
import { type Declaring, type OutputOptions, outputOptions } from "../command.ts";

export function declareFirstFiles({ declare, terminal }: Declaring): void {
  const init = declare<OutputOptions & TypedAnswers>(
    "init",
    "print a commented first configuration",
    async ({ options: { output = null, force = false, ...typed }, common }) =>
      (await import("../config/init.ts")).init(
        { ...common, output, force, answers: answersOf(typed) },
        terminal,
      ),
    "What is not given stands as an example, to be edited. The same file serves both routers.",
  );
  outputOptions(declareAnswers(init), "write it there");
  const keygen = declare<OutputOptions>(
    "keygen",
    "print a fresh key for the heartbeat",
    async ({ options: { output = null, force = false }, common }) =>
      (await import("../config/keygen.ts")).keygen({ ...common, output, force }, terminal),
    "Both routers need the same key file, by default /etc/lvsd/heartbeat.key.",
  );
  outputOptions(keygen, "write the key there");
}
