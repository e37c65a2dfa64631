/** Whether a hung kernel is noticed. */
import type { Finding } from "../finding.ts";

export const hungKernel: Finding = {
  name: "hung-kernel",
  severity: "advises",
  asks: "systemctl show -p RuntimeWatchdogUSec",
  says: "No hardware watchdog restarts this machine if its kernel hangs.",
  explains:
    "A daemon that hangs loses its addresses. A kernel that hangs while its network card still answers keeps them, and after the takeover both machines answer for them. RuntimeWatchdogSec lets the hardware restart such a machine.",
  examine: ({ config, runtimeWatchdog }) =>
    config.routers.backup !== null && (runtimeWatchdog === "0" || runtimeWatchdog === "infinity")
      ? [
          {
            seen: `RuntimeWatchdogSec is ${runtimeWatchdog}`,
            remedy:
              "printf '[Manager]\\nRuntimeWatchdogSec=20s\\n' >/etc/systemd/system.conf.d/watchdog.conf && systemctl daemon-reexec",
          },
        ]
      : [],
};
