/**
 * A router, a real server and a client in network namespaces, with the machine's own `ip`, `sysctl`,
 * `arptables`, `iptables` and `nft`. Everything goes with the process that made it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Three machines on one link; `/run` is their own. Addresses: .9 router, .101 real, .50 client. */
const link = `
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip link add br0 type bridge
ip link set br0 up
for machine in router:9 real:101 client:50; do
  name=\${machine%:*} number=\${machine#*:}
  ip netns add $name
  ip netns exec $name sysctl -q -w net.ipv6.conf.default.accept_dad=0
  ip link add $name type veth peer name eth0 netns $name
  ip link set $name master br0 up
  ip -n $name link set lo up
  ip -n $name link set eth0 up
  ip -n $name addr add 192.168.26.$number/24 dev eth0
  ip -n $name addr add fd00:26::$number/64 dev eth0 nodad
done
in_real() { ip netns exec real "$@"; }
mac() { ip netns exec "$1" cat /sys/class/net/eth0/address; }
`;

/** An HTTP server of the namespace `real` at port 80 of every address, until the world ends. */
const serving = `
ip netns exec real "$NODE" -e '
  require("node:http").createServer((_, answer) => answer.end("real")).listen(80, "::");
' &
server=$!
networkd=
trap 'kill $server $networkd' EXIT
tries=0
until in_real curl -s --max-time 1 http://127.0.0.1/ >/dev/null; do
  tries=$((tries + 1)); [ $tries -lt 100 ]; sleep 0.1
done
`;

/** What a real server answers for `http://$1/`, asked from the client; "nothing" if it does not. */
const asking = `
ask() { ip netns exec client curl -s -g --max-time 1 "http://$1/" || printf nothing; }
# The link-layer address that answers for an address, or nobody.
holder() {
  ip -n client neigh del "$1" dev eth0 2>/dev/null || :
  ask "$2" >/dev/null
  answered=$(ip -n client neigh show "$1" dev eth0 | sed -n 's/.*lladdr \\([^ ]*\\).*/\\1/p')
  printf %s "\${answered:-nobody}"
}
# The client's frames go to the real server, as a router with direct routing sends them there.
route_directly() {
  ip -n client neigh replace "$1" lladdr "$(mac real)" dev eth0
}
`;

/** Prints `name=value` lines of what a script could have changed on the real server. */
const looking = `
look() {
  in_real sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce
  ip -n real addr show
  ip -n real -4 route show table all
  ip -n real -6 route show table all
  ip -n real -4 rule show
  ip -n real -6 rule show
  in_real iptables -t nat -S
  in_real ip6tables -t nat -S
  in_real arptables -L -n
  in_real nft list tables | grep lvsd || :
  find /run/lvsd-realserver -type f 2>/dev/null | sort
}
`;

/**
 * systemd-networkd of the real server, with the files that were put under /etc/systemd/network:
 * with /sys read-only it takes the place for a container, where no udev names devices.
 */
const networkd = `
begin_networkd() {
  mkdir -p /run/systemd
  ip netns exec real sh -c 'mount -o remount,ro,bind /sys && exec /lib/systemd/systemd-networkd' \
    >"$DIR/networkd.log" 2>&1 &
  networkd=$!
}
end_networkd() { kill $networkd; wait $networkd || :; networkd=; }
# until_there COMMAND...: it prints something.
until_there() {
  tries=0
  until [ -n "$("$@")" ]; do
    tries=$((tries + 1)); [ $tries -lt 200 ] || { cat "$DIR/networkd.log" >&2; exit 1; }; sleep 0.1
  done
}
`;

/** Files by their paths, from what is printed for a manager of networks. */
export const filesOf = (printed: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    printed
      .split(/^# (?=\/\S+$)/m)
      .slice(1)
      .map((part) => {
        const end = part.indexOf("\n");
        return [part.slice(0, end), part.slice(end + 1)];
      }),
  );

export interface World {
  /** As root of the machine, which systemd-networkd wants to be; default: of a namespace of users. */
  readonly asRoot?: true;
  /** Files of these names lie in the directory `$DIR` of the script. */
  readonly files: Readonly<Record<string, string>>;
  readonly script: string;
}

/** Runs a script in a fresh world; its `told NAME VALUE` lines as an object. */
export function inWorld({ files, script, asRoot }: World): Record<string, string> {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-real-server-"));
  const told = `
told() { printf '%s' "$2" >"$DIR/told.$1"; printf '%s\\n' "$1" >>"$DIR/told"; }
`;
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const whole = [link, asking, looking, networkd, told, serving, script].join("\n");
    writeFileSync(join(directory, "world.sh"), whole);
    const users = asRoot === true ? [] : ["--user", "--map-root-user"];
    const flags = [...users, "--net", "--mount"];
    const printing = `. "$DIR/world.sh"\nfor name in $(cat "$DIR/told"); do printf '%s\\0' "$name"; cat "$DIR/told.$name"; printf '\\0'; done`;
    const { status, stdout, stderr } = spawnSync("unshare", [...flags, "sh", "-euc", printing], {
      encoding: "utf8",
      timeout: 110_000,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", DIR: directory, NODE: process.execPath },
    });
    if (status !== 0) throw new Error(`the world ended with ${status}: ${stderr}`);
    const words = stdout.split("\0");
    const found: Record<string, string> = {};
    for (let at = 0; at + 1 < words.length; at += 2) found[words[at] ?? ""] = words[at + 1] ?? "";
    return found;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
