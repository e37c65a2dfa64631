/** Whether ipvsadm knows the options that the configuration needs. */
import type { Config } from "../../../config/config.ts";
import type { Finding } from "../finding.ts";

/** By ipvsadm's own history: the first 1.x that has it. */
const needs: readonly {
  readonly since: number;
  readonly what: string;
  readonly used: (config: Config) => boolean;
}[] = [
  {
    since: 27,
    what: "scheduler flags",
    used: ({ virtualServers }) =>
      virtualServers.some(({ schedulerFlags }) => schedulerFlags.length > 0),
  },
  {
    since: 30,
    what: "the flags of the scheduler mh",
    used: ({ virtualServers }) =>
      virtualServers.some(({ schedulerFlags }) =>
        schedulerFlags.some((flag) => flag.startsWith("mh-")),
      ),
  },
];

export const ipvsadmVersion: Finding = {
  name: "ipvsadm-version",
  severity: "prevents",
  asks: "ipvsadm --version",
  says: "ipvsadm is missing, or older than what the configuration uses.",
  explains:
    "The table is programmed through ipvsadm. An option that it does not know is refused, and its virtual server with it.",
  examine: ({ config, ipvsadm }) => {
    if (config.virtualServers.length === 0) return [];
    const remedy = "apt-get install ipvsadm";
    if (ipvsadm === null) return [{ seen: "ipvsadm is not installed", remedy }];
    const found = /v?(\d+)\.(\d+)/.exec(ipvsadm);
    const version = Number(found?.[1] ?? 1) * 1000 + Number(found?.[2] ?? 999);
    return needs
      .filter(({ since, used }) => version < 1000 + since && used(config))
      .map(({ since, what }) => ({
        seen: `ipvsadm ${found?.[0]} does not know ${what}; 1.${since} does`,
        remedy,
      }));
  },
};
