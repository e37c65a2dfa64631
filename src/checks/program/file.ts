/** Tries by a file of this machine: its content decides. */
import { excerpt } from "../../check/excerpt.ts";
import { fileBytesMax } from "../../check/generic/file.ts";
import { sought } from "../../check/pattern.ts";
import type { FileCheck } from "../../config/config.ts";
import { type CheckResult, type Deadline, failed, passed } from "../check-result.ts";
import { matches } from "../matching/matching.ts";
import { readSmallFile } from "./small-file.ts";

/** As of the key `weight` of a real server. */
const weightMax = 65535;

export async function tryFile(
  check: FileCheck,
  _endpoint: unknown,
  deadline: Deadline,
): Promise<CheckResult> {
  const read = await readSmallFile(check.file, fileBytesMax);
  if ("why" in read) return failed("local", `file ${check.file}: ${read.why}`);
  const { bytes } = read;
  deadline.transcript?.note(check.file);
  deadline.transcript?.heard(bytes);
  if (bytes.length > fileBytesMax)
    return failed("too-long", `the file is longer than ${fileBytesMax} bytes`);
  if (check.expect === null) return judgeNumber(bytes, check.number);
  const found = await matches(sought(check.expect, check.regex), bytes, deadline);
  if (typeof found !== "boolean") return found;
  return found ? passed : failed("unexpected", `the file has ${excerpt(bytes)}`);
}

function judgeNumber(bytes: Buffer, number: "status" | "weight"): CheckResult {
  const written = bytes.toString("latin1").trim();
  if (!/^[+-]?\d{1,10}$/.test(written))
    return failed("unexpected", `a whole number expected, the file has ${excerpt(bytes)}`);
  const value = Number(written);
  if (number === "status")
    return value === 0 ? passed : failed("unexpected", `0 expected, the file has ${value}`);
  if (value >= 0 && value <= weightMax) return { kind: "passed", weight: value };
  return failed("unexpected", `a weight of 0 to ${weightMax} expected, the file has ${value}`);
}
