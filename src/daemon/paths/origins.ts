/** Has the tries of checks come from where they ask for (`source`, `source_port`, `device`, `fwmark`). */
import type { RunCheck } from "../../checks/check.ts";
import { failed } from "../../checks/check-result.ts";
import { originOn } from "../../config/forwarding/origins.ts";
import type { Origin } from "../../model/origin.ts";
import { ms } from "../../model/time.ts";
import type { Running } from "../config/running.ts";

/** `running`: what is in force when a try begins. */
export const fromOrigins =
  (run: RunCheck, running: () => Pick<Running, "config" | "role">): RunCheck =>
  (check, endpoint, signal, transcript) => {
    if (check.type === "none" || check.from === undefined)
      return run(check, endpoint, signal, transcript);
    const { config, role } = running();
    const origin = originOn(config, role, check);
    if (origin === undefined) return run(check, endpoint, signal, transcript);
    if ("lacks" in origin)
      return Promise.resolve({ ...failed("local", origin.lacks), took: ms(0) });
    transcript?.note(textOf(origin));
    return run(check, { ...endpoint, origin }, signal, transcript);
  };

const textOf = ({ source, port, device, mark }: Origin): string =>
  [
    ...(source === null ? [] : [`from ${source}`]),
    ...(port === null ? [] : [`from port ${port}`]),
    ...(device === null ? [] : [`by ${device}`]),
    ...(mark === null ? [] : [`with mark ${mark}`]),
  ].join(", ");
