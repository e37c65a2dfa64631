/**
 * A guest with the kernel that Debian's routers run, under QEMU's emulator: for what User-Mode
 * Linux's kernel lacks, nftables for IPv4 and IPv6. All code is emulated, so that a program of Node
 * needs seconds to start: figures of time are worth nothing here.
 *
 * build/setup.sh fetches the kernel. The guest has no network device. It sees the host's root file
 * system (9p, read-only) under a layer of its own in memory, and can write two directories of the
 * host, `out` and `cache`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { compile } from "../programs/compile.ts";
import { archive } from "./cpio.ts";
import { actScript, type GuestCommand, quote } from "./init-script.ts";

export const qemuProgram = "/usr/bin/qemu-system-x86_64";

const guestMemoryMiB = 1024;

/** How many times as long as elsewhere programs may take here (LAB_PATIENCE, instruments/wait.ts). */
export const emulationFactor = 8;

/** As build/setup.sh has it. */
const kernels = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"),
  "lvsd-lab/kernel",
);

/** Loaded by the guest's first process (programs/debian-init.c): the way to the host's files. */
const firstModules = ["virtio_pci", "9p", "9pnet_virtio", "overlay"];

/** What a program waits for: to load them takes a second. Others come when something asks for them. */
const laterModules = [
  "ip_vs",
  "ip_vs_rr",
  "ip_vs_wlc",
  "veth",
  "bridge",
  "nf_conntrack",
  "nf_tables",
  "nft_chain_nat",
  "nft_masq",
  "nft_redir",
];

interface Kernel {
  /** As uname(1) has it. */
  readonly release: string;
  readonly image: string;
  /** The directory above lib/modules. */
  readonly root: string;
}

/** The newest that build/setup.sh has fetched. Throws where there is none. */
function fetchedKernel(): Kernel {
  const modules = path.join(kernels, "lib/modules");
  const [release] = existsSync(modules) ? readdirSync(modules).sort().reverse() : [];
  if (release === undefined || !existsSync(qemuProgram))
    throw new Error(`${qemuProgram} or a kernel in ${kernels} is missing: make setup`);
  return { release, image: path.join(kernels, `boot/vmlinuz-${release}`), root: kernels };
}

/** Files of these modules and of all that they need, in the order in which they must be loaded. */
function moduleFiles({ root, release }: Kernel, names: readonly string[]): string[] {
  const files = names.flatMap((name) => {
    const words = ["-d", root, "-S", release, "--show-depends", name];
    return execFileSync("modprobe", words, {
      encoding: "utf8",
      env: { ...process.env, PATH: `/usr/sbin:/sbin:${process.env.PATH}` },
    })
      .split("\n")
      .filter((line) => line.startsWith("insmod "))
      .map((line) => line.replace(/^insmod (\S+).*$/, "$1"));
  });
  return [...new Set(files)];
}

function initramfs(kernel: Kernel, cache: string): Buffer {
  const init = readFileSync(compile("debian-init", cache, "-static"));
  const modules = moduleFiles(kernel, firstModules).map((file, index) => ({
    name: `m/${`${index}`.padStart(2, "0")}-${path.basename(file)}`,
    content: readFileSync(file),
  }));
  const directories = ["dev", "m", "low", "up", "new"].map((name) => ({ name }));
  return archive([...directories, ...modules, { name: "init", content: init }]);
}

/** What the first process becomes: mounts, then what every guest does (init-script.ts). */
export const debianScript = (kernel: Kernel, command: GuestCommand): string => `#!/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
mount -t proc proc /proc; mount -t sysfs sys /sys
mkdir -p /dev/pts /dev/shm; mount -t devpts devpts /dev/pts; mount -t tmpfs shm /dev/shm
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
for d in out:${quote(command.out)} cache:${quote(command.cache)}; do
  mkdir -p "\${d#*:}"
  mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 "\${d%%:*}" "\${d#*:}"
done
mount -t tmpfs run /run; mkdir -p /run/netns /run/lock /run/lab /run/out
mount --bind ${quote(command.out)} /run/out
mkdir -p /lib/modules/${kernel.release}
mount --bind ${quote(path.join(kernel.root, "lib/modules", kernel.release))} /lib/modules/${kernel.release}
modprobe -a ${laterModules.join(" ")} 2>/run/out/modprobe.txt
${actScript(command)}`;

/**
 * qemu-system(1) for this command; its script and the first file system go into `directory`. The
 * kernel's own messages go into `out/console.txt`.
 */
export function debianCommand(directory: string, command: GuestCommand): string[] {
  const kernel = fetchedKernel();
  const script = path.join(directory, "init");
  const first = path.join(directory, "initramfs");
  writeFileSync(script, debianScript(kernel, command));
  writeFileSync(first, initramfs(kernel, command.cache));
  // The kernel would measure the processor's own clocks while others may use this one, and go wrong.
  const clocks = "tsc=unstable clocksource=hpet nolapic_timer no_timer_check";
  const settings = `console=ttyS1 quiet mitigations=off audit=0 panic=-1 ${clocks}`;
  const share = (tag: string, place: string, more: string): string[] => [
    "-virtfs",
    `local,path=${place.replaceAll(",", ",,")},mount_tag=${tag},security_model=none${more}`,
  ];
  return [
    qemuProgram,
    "-machine",
    "q35",
    "-accel",
    "tcg",
    "-cpu",
    "max",
    "-smp",
    "1",
    "-m",
    `${guestMemoryMiB}`,
    "-nodefaults",
    "-nic",
    "none",
    "-display",
    "none",
    "-no-reboot",
    "-kernel",
    kernel.image,
    "-initrd",
    first,
    "-append",
    `${settings} -- ${script}`,
    "-serial",
    "stdio",
    "-serial",
    `file:${path.join(command.out, "console.txt")}`,
    ...share("root", "/", ",readonly=on,multidevs=remap"),
    ...share("out", command.out, ""),
    ...share("cache", command.cache, ""),
  ];
}
