/** Who can read the key of the heartbeat. */
import type { Finding } from "../finding.ts";

export const keyFile: Finding = {
  name: "key-file",
  severity: "prevents",
  asks: "mode and owner of heartbeat.key_file",
  says: "The heartbeat's key is missing, or can be read or changed by others.",
  explains:
    "A machine that has the key can make this router release its addresses, and can send it a configuration. lvsd does not start with such a file.",
  examine: ({ config, keyFile: found }) => {
    const path = config.heartbeat.keyFile;
    if (path === null) return [];
    if (found === null) return [{ seen: `${path} is not there`, remedy: `lvsd keygen -o ${path}` }];
    return [
      ...((found.mode & 0o027) !== 0
        ? [
            {
              seen: `${path} has mode 0${found.mode.toString(8)}`,
              remedy: `chmod 0640 ${path}`,
            },
          ]
        : []),
      ...(found.uid !== 0
        ? [
            {
              seen: `${path} belongs to user ${found.uid}, who can change it`,
              remedy: `chown root ${path}`,
              severity: "endangers" as const,
            },
          ]
        : []),
    ];
  },
};
