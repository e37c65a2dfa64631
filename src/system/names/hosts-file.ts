/** /etc/hosts (hosts(5)): names that need no name server. */
import { readFile } from "node:fs/promises";
import { type HostName, type IpAddress, parseAddress, parseHostName } from "../../model/address.ts";

/** Addresses of a name in the text of such a file. */
export function inHosts(text: string, host: HostName): readonly IpAddress[] {
  const found: IpAddress[] = [];
  for (const line of text.split("\n")) {
    const [first = "", ...names] = (line.split("#", 1)[0] ?? "").trim().split(/\s+/);
    const address = parseAddress(first);
    if (address !== null && names.some((name) => parseHostName(name) === host)) found.push(address);
  }
  return found;
}

/** Addresses of a name in this machine's file; none where that cannot be read. */
export const fromHosts = async (host: HostName, path: string): Promise<readonly IpAddress[]> =>
  inHosts(await readFile(path, "utf8").catch(() => ""), host);
