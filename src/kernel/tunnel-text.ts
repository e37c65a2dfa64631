/**
 * The tunnel options of a destination in ipvsadm's save and restore language (ipvsadm(8),
 * --tun-type): `--tun-type gue --tun-port 6080 --tun-nocsum`. Programs before 1.31 know IP-in-IP
 * alone and print nothing of it.
 */
import { ipip, type Tunnel } from "../model/service.ts";

const checksumOptions: Readonly<Record<string, boolean | "remote">> = {
  "--tun-nocsum": false,
  "--tun-csum": true,
  "--tun-remcsum": "remote",
};

/** The options as they are printed of a tunnel; empty for IP-in-IP, which is what -i means. */
export function tunnelWords(tunnel: Tunnel): readonly string[] {
  switch (tunnel.type) {
    case "ipip":
      return [];
    case "gue":
      return ["--tun-type gue", `--tun-port ${tunnel.port}`, checksumWord(tunnel.checksum)];
    case "gre":
      return ["--tun-type gre", checksumWord(tunnel.checksum)];
    default:
      return tunnel satisfies never;
  }
}

const checksumWord = (wanted: boolean | "remote"): string =>
  Object.entries(checksumOptions).find(([, checksum]) => checksum === wanted)?.[0] ?? "";

/** Reads what follows the weight of a tunnel's destination; null: lvsd knows no such tunnel. */
export function readTunnel(words: readonly string[]): Tunnel | null {
  const text = words.join(" ");
  if (text === "" || text === "--tun-type ipip") return ipip;
  const gue = /^--tun-type gue --tun-port (\d{1,5}) (--tun-\w+)$/.exec(text);
  if (gue !== null) {
    const checksum = checksumOptions[gue[2] ?? ""];
    return checksum === undefined ? null : { type: "gue", port: Number(gue[1]), checksum };
  }
  const gre = /^--tun-type gre (--tun-\w+)$/.exec(text);
  const checksum = checksumOptions[gre?.[1] ?? ""];
  return typeof checksum === "boolean" ? { type: "gre", checksum } : null;
}
