/** A file that could not be read or written, in the words of a message. */
import { dirname } from "node:path";
import { MachineError, messageOf } from "../../model/error.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "no permission to read it",
  EISDIR: "it is a directory",
};

/** Why a file could not be read, without its path, which stands in front of it in a message. */
export function readFailure(thrown: unknown): string {
  const { cause, code } = causeOf(thrown);
  return reasons[code ?? ""] ?? `it cannot be read: ${code ?? messageOf(cause)}`;
}

/** Whether it could not be read for want of permission. */
export const mayNotRead = (thrown: unknown): boolean => causeOf(thrown).code === "EACCES";

/** Why the file or directory `path` could not be made, with the way out, without its path. */
export function writeFailure(path: string, thrown: unknown): string {
  const { cause, code } = causeOf(thrown);
  const directory = dirname(path);
  switch (code) {
    case "ENOENT":
      return `there is no directory ${directory}`;
    case "ENOTDIR":
      return `${directory} is not a directory`;
    case "EACCES":
    case "EPERM":
      return `no permission to write in ${directory}; try it as root`;
    case "EROFS":
      return `${directory} is on a file system that is read-only`;
    case "ENOSPC":
      return "the disk is full";
    default:
      return messageOf(cause);
  }
}

function causeOf(thrown: unknown): { readonly cause: unknown; readonly code: string | null } {
  const cause = thrown instanceof MachineError ? (thrown.cause ?? thrown) : thrown;
  return { cause, code: cause instanceof Error && "code" in cause ? String(cause.code) : null };
}
