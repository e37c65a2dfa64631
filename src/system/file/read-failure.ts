/** A file that could not be read, in the words of a message. */
import { MachineError, messageOf } from "../../model/error.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "no permission to read it",
  EISDIR: "it is a directory",
};

/** Why a file could not be read, without its path, which stands in front of it in a message. */
export function readFailure(thrown: unknown): string {
  const cause = thrown instanceof MachineError ? (thrown.cause ?? thrown) : thrown;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : null;
  return reasons[code ?? ""] ?? `it cannot be read: ${code ?? messageOf(cause)}`;
}
