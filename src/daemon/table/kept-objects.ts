/**
 * What lvsd sets in the kernel apart from addresses and the table's services, each of which is
 * looked at again and again and put right: one declaration each, and one list.
 */
import { type Config, familiesOf } from "../../config/config.ts";
import { messageOf } from "../../model/error.ts";
import { type Ms, seconds } from "../../model/time.ts";
import type { Sysctl } from "../../system/file/sysctl.ts";
import type { Ipvsadm } from "../../system/ipvs/ipvsadm.ts";
import { type KernelSetting, kernelSettings } from "../../table/kernel-settings.ts";
import { packetRules } from "../../table/packet-filter.ts";
import type { Doors } from "../doors.ts";
import { keptFilter } from "./kept-filter.ts";
import type { KeptObject } from "./kept-object.ts";

const sysctlEvery = seconds(1);
const timeoutsEvery = seconds(60);

/** Every object that this configuration has lvsd keep. */
export const keptObjects = (
  config: Config,
  doors: Pick<Doors, "sysctl" | "ipvsadm" | "packetFilter">,
): readonly KeptObject[] => [
  ...kernelSettings(config)
    // What is set by hand is judged only where lvsd depends on it.
    .filter(({ needed }) => needed || config.sysctl === "auto")
    .map((setting) => keptSysctl(setting, config, doors.sysctl)),
  ...keptTimeouts(config, doors.ipvsadm),
  ...keptFilter(packetRules(config), doors.packetFilter),
];

function keptSysctl(setting: KernelSetting, config: Config, sysctl: Sysctl): KeptObject {
  const { name, value, needed, isMinimum } = setting;
  const isRight = (found: string | null): boolean =>
    found !== null &&
    (found.split(/\s+/).join(" ") === value.split(/\s+/).join(" ") ||
      (isMinimum === true && Number(found) >= Number(value)));
  return {
    name: `sysctl ${name}`,
    every: sysctlEvery,
    needed,
    costsService: config.sysctl === "auto" && isWayOfNat(name, config),
    look() {
      const found = sysctl.read(name);
      // Those of IPVS come with its module, which the first program loads: then a later look does it.
      const mayBeAbsent = !needed || name.startsWith("net/ipv4/vs/");
      if (isRight(found) || (found === null && mayBeAbsent)) {
        if (found !== null) sysctl.leave(name);
        return { kind: "right" };
      }
      const is = found === null ? "this kernel does not have it" : `it is ${found}`;
      if (config.sysctl === "manual") return { kind: "wrong", why: `${is}, wanted ${value}` };
      try {
        sysctl.set(name, value);
      } catch (thrown) {
        return { kind: "wrong", why: `${is}: ${messageOf(thrown)}` };
      }
      const now = sysctl.read(name);
      if (!isRight(now)) return { kind: "wrong", why: `it stays ${now}, wanted ${value}` };
      return { kind: "set", found: found ?? "" };
    },
  };
}

/** The parameters without which the kernel passes nothing on between clients and real servers. */
function isWayOfNat(name: string, { virtualServers }: Config): boolean {
  const of =
    name === "net/ipv4/ip_forward" ? 4 : name === "net/ipv6/conf/all/forwarding" ? 6 : null;
  return virtualServers.some(
    (server) =>
      of !== null &&
      familiesOf(server).includes(of) &&
      server.realServers.some(({ forwarding }) => forwarding === "nat"),
  );
}

function keptTimeouts({ timeouts }: Config, ipvsadm: Ipvsadm): readonly KeptObject[] {
  if (timeouts === null) return [];
  const wanted = [timeouts.tcp, timeouts.tcpFin, timeouts.udp].map((each) =>
    seconds(Math.ceil(each / seconds(1))),
  );
  const asText = (values: readonly Ms[]): string =>
    values.map((each) => `${each / seconds(1)} s`).join(", ");
  return [
    {
      name: "ipvs timeouts",
      every: timeoutsEvery,
      needed: true,
      costsService: false,
      async look() {
        try {
          const found = await ipvsadm.readTimeouts();
          const values = [found.tcp, found.tcpFin, found.udp];
          if (asText(values) === asText(wanted)) return { kind: "right" };
          await ipvsadm.setTimeouts(timeouts);
          return { kind: "set", found: asText(values) };
        } catch (thrown) {
          return {
            kind: "wrong",
            why: `the connection timeouts are not set: ${messageOf(thrown)}`,
          };
        }
      },
    },
  ];
}
