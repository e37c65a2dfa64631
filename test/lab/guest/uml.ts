/**
 * A User-Mode Linux guest as the kernel of one lab run: its init script and its command line.
 *
 * Knows Debian's `user-mode-linux` (linux.uml(1)) and what the guest needs mounted. Does not know
 * scenarios. The guest sees the host's root file system read-only; all that it can write are its
 * own tmpfs directories and one directory of the host, `out`.
 */
import { accessSync, constants, existsSync, readFileSync, realpathSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { actScript, type GuestCommand, modules, quote } from "./init-script.ts";

export const umlProgram = "/usr/bin/linux.uml";

/** Enough for two daemons, the scenario's own Node process and the page cache of one Node binary. */
export const guestMemoryMiB = 768;

/** Directories that the guest covers with empty ones, since the host's root is read-only there. */
const covered = ["/run", "/tmp", "/var/tmp", "/var/log"];

/** Directories that must stay visible although they may lie below a covered one. */
function visible(command: GuestCommand): string[] {
  const places = [command.project, realpathSync(command.project)];
  const installed = path.join(command.project, "node_modules");
  if (existsSync(installed)) places.push(realpathSync(installed));
  const node = path.dirname(path.dirname(realpathSync(process.execPath)));
  if (node !== "/usr" && node !== "/") places.push(node);
  return [...new Set(places)].filter((place) =>
    covered.some((top) => place === top || place.startsWith(`${top}/`)),
  );
}

/** The text of the guest's /sbin/init: mounts, then what every guest does (init-script.ts). */
export function initScript(command: GuestCommand): string {
  const kept = visible(command);
  const keep = kept.map((place, index) => [
    `mkdir -p /run/kept/${index}`,
    `mount --bind ${quote(place)} /run/kept/${index}`,
  ]);
  const show = kept.map((place, index) => [
    `mkdir -p ${quote(place)}`,
    `mount --bind /run/kept/${index} ${quote(place)}`,
  ]);
  // /run itself is covered first: what lies below the host's /run is not reachable afterwards.
  return `#!/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
export MODPROBE_OPTIONS='-d /run/modules'
mount -t proc proc /proc; mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null; mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts; mount -t tmpfs shm /dev/shm
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
mount -t tmpfs run /run; mkdir -p /run/netns /run/lock /run/lab /run/out
mount -t hostfs none /run/out -o ${quote(command.out)}
${keep.flat().join("\n")}
K=$(uname -r)
mkdir -p /run/modules/lib/modules/$K
mount --bind /usr/lib/uml/modules/$K /run/modules/lib/modules/$K
printf '#!/bin/sh\nexec /sbin/modprobe -d /run/modules "$@"\n' > /run/modprobe
chmod +x /run/modprobe; echo /run/modprobe > /proc/sys/kernel/modprobe
for d in /tmp /var/tmp /var/log; do mount -t tmpfs tmp $d; done
${show.flat().join("\n")}
for d in ${quote(command.out)} ${quote(command.cache)}; do
  mkdir -p "$d"; mount -t hostfs none "$d" -o "$d"
done
/run/modprobe -a ${modules.join(" ")} 2>/run/out/modprobe.txt
${actScript(command)}`;
}

/** linux.uml's arguments for an init script lying in `directory`. */
export const umlArguments = (directory: string): string[] => [
  `mem=${guestMemoryMiB}M`,
  "root=/dev/root",
  "rootfstype=hostfs",
  "rootflags=/",
  "ro",
  `init=${directory}/init`,
  "con=null",
  "con0=null,fd:1",
  "quiet",
  "loglevel=3",
  `uml_dir=${directory}`,
];

/**
 * Where the guest's memory file may lie: a directory that allows execution (UML maps the file
 * executable) and has room. Throws when there is none.
 */
export function memoryDirectory(): string {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const noexec = new Set(
    mounts
      .map((line) => line.split(" "))
      .filter(([, , , options = ""]) => options.split(",").includes("noexec"))
      .map(([, at]) => at),
  );
  for (const place of ["/dev/shm", tmpdir(), "/var/tmp"]) {
    if (noexec.has(place) || !existsSync(place)) continue;
    try {
      accessSync(place, constants.W_OK);
    } catch {
      continue;
    }
    const room = statfsSync(place);
    if ((room.bavail * room.bsize) / 2 ** 20 > guestMemoryMiB) return place;
  }
  throw new Error(
    `no directory for the guest's memory: /dev/shm, ${tmpdir()} and /var/tmp are noexec, ` +
      `not writable or have less than ${guestMemoryMiB} MiB free`,
  );
}
