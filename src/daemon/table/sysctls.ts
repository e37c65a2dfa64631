/** Carries out `sysctl: auto`, and puts back what it found when lvsd ends or is told `manual`. */
import type { Config } from "../../config/config.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import type { Sysctl } from "../../system/file/sysctl.ts";
import { kernelSettings } from "./kernel-settings.ts";

/** Sets what the configuration needs; what the kernel refuses is reported if it matters. */
export function applySysctls(
  config: Config,
  sysctl: Sysctl,
  report: (event: EventBody) => void,
): void {
  if (config.sysctl === "manual") {
    restoreSysctls(sysctl, report);
    return;
  }
  for (const { name, value, needed, isMinimum } of kernelSettings(config)) {
    const found = sysctl.read(name);
    if (!needed && found === null) continue;
    if (isMinimum === true && Number(found) >= Number(value)) continue;
    try {
      sysctl.set(name, value);
    } catch (thrown) {
      const text = `${messageOf(thrown)}; set it yourself and say \`sysctl: manual\``;
      report({ event: "machine", kind: "failed", text });
    }
  }
}

export function restoreSysctls(sysctl: Sysctl, report: (event: EventBody) => void): void {
  for (const text of sysctl.restore()) report({ event: "machine", kind: "failed", text });
}
