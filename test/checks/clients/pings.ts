/** Pings from inside a network namespace: prints what became of each as JSON. */
import { readdirSync, readlinkSync } from "node:fs";
import { runCheck } from "../../../src/checks/check.ts";
import type { Check } from "../../../src/config/config.ts";
import type { IpAddress } from "../../../src/model/address.ts";
import { ms, seconds } from "../../../src/model/time.ts";

const pingCheck = (timeout: number): Check => ({
  type: "ping",
  interval: seconds(2),
  timeout: ms(timeout),
  fall: 2,
  rise: 1,
  address: null,
});
const ping = async (address: string, timeout: number): Promise<string> => {
  const endpoint = { address: address as IpAddress, port: 80 };
  const tried = await runCheck(pingCheck(timeout), endpoint, new AbortController().signal);
  return tried.kind === "passed" ? "passed" : `${tried.reason}: ${tried.why}`;
};

/** Open sockets of this process; its standard streams are some. */
const sockets = (): number =>
  readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith("socket:");
    } catch {
      return false;
    }
  }).length;

const before = sockets();
const found: Record<string, unknown> = {};
for (const address of ["127.0.0.1", "127.0.0.2", "2001:db8::1"])
  found[address] = await ping(address, 5000);
for (const address of ["192.0.2.2", "198.51.100.1"]) found[address] = await ping(address, 200);
const many = await Promise.all(
  Array.from({ length: 100 }, (_, number) => ping(`127.1.0.${number + 1}`, 5000)),
);
found["hundred at once"] = many.filter((end) => end === "passed").length;
found["sockets left open"] = sockets() - before;
console.log(JSON.stringify(found));
