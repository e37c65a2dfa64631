/** Whether a manager of networks removes addresses that it does not know. */
import type { Finding } from "../finding.ts";

/** Whether a .network file's [Match] names a device, with `*` and `?` (systemd.network(5)). */
function matchesDevice(text: string, device: string): boolean {
  const names = [...text.matchAll(/^\s*Name\s*=\s*(.+)$/gim)].flatMap(([, list = ""]) =>
    list.trim().split(/\s+/),
  );
  return names.some((name) => {
    const pattern = name.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
    return new RegExp(`^${pattern.replaceAll("?", ".")}$`).test(device);
  });
}

export const foreignAddresses: Finding = {
  name: "foreign-addresses",
  severity: "endangers",
  asks: "files of networkd, running programs",
  says: "A network manager may remove the VIPs from their device.",
  explains:
    "systemd-networkd removes addresses that its files do not name when it starts or reconfigures a device, unless KeepConfiguration says otherwise; NetworkManager does so when a connection is applied again. lvsd puts a VIP back that disappears, but connections suffer.",
  examine: ({ config, networkFiles, running }) => {
    const devices = new Set(config.vips.flatMap(({ device }) => (device === null ? [] : [device])));
    const networkd = networkFiles.filter(({ path }) => path.endsWith(".network"));
    return [...devices].flatMap((device) => {
      const own = networkd.find(({ text }) => matchesDevice(text, device));
      const dropIns = networkFiles.filter(({ path }) => path.startsWith(`${own?.path}.d/`));
      if (
        own !== undefined &&
        ![own, ...dropIns].some(({ text }) =>
          /^\s*KeepConfiguration\s*=\s*(?:yes|true|static)\b/im.test(text),
        )
      )
        return [
          {
            seen: `${own.path} manages ${device} without KeepConfiguration`,
            remedy: `mkdir -p ${own.path}.d && printf '[Network]\\nKeepConfiguration=static\\n' >${own.path}.d/lvsd.conf`,
          },
        ];
      if (own !== undefined || !running.has("NetworkManager")) return [];
      return [
        {
          seen: `NetworkManager runs; does it manage ${device}?`,
          remedy: `nmcli device status; nmcli device set ${device} managed no, if it has a fixed address elsewhere`,
          severity: "advises" as const,
        },
      ];
    });
  },
};
