#!/usr/bin/env bash
# Puts lvsd where it belongs, or takes it away again. Called by `make install` and `make uninstall`.
#
# With DESTDIR nothing outside DESTDIR is touched: no user is made, no service manager is notified.
# Whatever an operator or the daemon writes (/etc/lvsd, /var/lib/lvsd) is never removed.
set -euo pipefail
umask 022
cd "$(dirname "$(readlink -f "$0")")/.."
DESTDIR=${DESTDIR:-} PREFIX=${PREFIX:-/usr}
root=$DESTDIR$PREFIX
lib=$root/lib/lvsd

doc=$root/share/doc/lvsd

# Everything that install puts somewhere, but for $lib and $doc, which are lvsd's alone.
files="
  $root/sbin/lvsd
  $root/lib/systemd/system/lvsd.service
  $root/lib/systemd/system/lvsd-runner.service
  $root/lib/systemd/system/lvsd-runner.socket
  $root/lib/systemd/system/lvsd-console.service
  $root/lib/sysusers.d/lvsd.conf
  $root/lib/tmpfiles.d/lvsd.conf
  $root/lib/modules-load.d/lvsd.conf
  $DESTDIR/etc/lvsd/lvsd.yaml.example
"

put() { # put MODE FROM TO: copies a file, its directory made, and names the prefix in it
  [ -d "${3%/*}" ] || install -d "${3%/*}"
  # A link that lies at either name is replaced, never followed: noclobber opens with O_EXCL.
  rm -f "$3.new"
  (set -C; sed "s|@prefix@|$PREFIX|g" "$2" >"$3.new")
  chmod "$1" "$3.new"
  mv -fT "$3.new" "$3"
}

in_use() { # in_use DIRECTORY: whether a process runs the Node that lies there
  # find's own status counts processes that ended while it looked.
  [ -n "$(find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' -lname "$1/*" -print -quit 2>/dev/null)" ]
}

do_install() {
  # Each version has a directory of its own, and `current` names the one that starts next: a daemon
  # that runs loads modules later on, and must find those that it was built with.
  local version
  version=$(find dist/lvsd/ -type f ! -name '.*' | sort | xargs sha256sum | sha256sum | cut -c 1-12)
  if [ ! -d "$lib/$version" ]; then
    rm -rf "$lib/new"
    install -d "$lib/new"
    cp -RL dist/lvsd/. "$lib/new/"
    mv "$lib/new" "$lib/$version"
  fi
  ln -s "$version" "$lib/next"
  mv -fT "$lib/next" "$lib/current"
  local old
  for old in "$lib"/*; do
    if [ ! -h "$old" ] && [ "$old" != "$lib/$version" ] && ! in_use "$old"; then rm -rf "$old"; fi
  done

  rm -rf "$doc"
  install -d "$doc"
  install -m 644 README.md CHANGELOG.md LICENSE docs/*.md "$doc/"

  put 755 bin/lvsd "$root/sbin/lvsd"
  local unit
  for unit in lvsd.service lvsd-runner.service lvsd-runner.socket lvsd-console.service; do
    put 644 "systemd/$unit" "$root/lib/systemd/system/$unit"
  done
  put 644 systemd/sysusers.conf "$root/lib/sysusers.d/lvsd.conf"
  put 644 systemd/tmpfiles.conf "$root/lib/tmpfiles.d/lvsd.conf"
  put 644 systemd/modules-load.conf "$root/lib/modules-load.d/lvsd.conf"
  # The directory was once the daemon's: root takes it before anything is put there.
  [ ! -h "$DESTDIR/etc/lvsd" ] || { echo "install: $DESTDIR/etc/lvsd is a link; not followed" >&2; exit 1; }
  install -d -m 755 "$DESTDIR/etc/lvsd"
  [ -n "$DESTDIR" ] || chown -h root:root /etc/lvsd
  put 644 etc/lvsd.yaml.example "$DESTDIR/etc/lvsd/lvsd.yaml.example"
  [ -z "$DESTDIR" ] || return 0

  # What package scripts would do: the user, the directories, the modules, the service's file.
  systemd-sysusers "$root/lib/sysusers.d/lvsd.conf"
  local members
  members=$(getent group lvsd | cut -d: -f4)
  [ -z "$members" ] || echo "install: $members: members of group lvsd are to be of lvsd-operators instead" >&2
  systemd-tmpfiles --create "$root/lib/tmpfiles.d/lvsd.conf"
  grep -v '^#' systemd/modules-load.conf | xargs -n 1 modprobe -q || true
  [ -e /proc/net/ip_vs ] || echo "install: this kernel has no ip_vs module; lvsd needs one" >&2
  [ ! -d /run/systemd/system ] || systemctl daemon-reload
  if systemctl --quiet is-active lvsd.service 2>/dev/null; then
    echo "lvsd is installed; the daemon runs the former version until: lvsd restart"
    return 0
  fi
  cat <<EOF
lvsd is installed, not started. Next:
  lvsd init -o /etc/lvsd/lvsd.yaml && editor /etc/lvsd/lvsd.yaml
  lvsd keygen -o /etc/lvsd/heartbeat.key     on one router; both files are the same on both
  lvsd check --here && systemctl enable --now lvsd
  lvsd passwd admin && systemctl enable --now lvsd-console     the web console, http://127.0.0.1:3636
EOF
}

do_uninstall() {
  if [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; then
    systemctl disable --now lvsd.service || true
    systemctl disable --now lvsd-console.service || true
    systemctl stop lvsd-runner.socket lvsd-runner.service || true
  fi
  # shellcheck disable=SC2086
  rm -f $files
  rm -rf "$lib" "$doc"
  # The link goes where it leads to nothing.
  [ ! -h "$DESTDIR/etc/lvsd/lvsd.yaml" ] || [ -e "$DESTDIR/etc/lvsd/lvsd.yaml" ] || rm "$DESTDIR/etc/lvsd/lvsd.yaml"
  rmdir --ignore-fail-on-non-empty "$DESTDIR"/etc/lvsd/{live,commands} "$DESTDIR/etc/lvsd" 2>/dev/null || true
  [ -z "$DESTDIR" ] || return 0
  [ ! -d /run/systemd/system ] || systemctl daemon-reload
  echo "lvsd is removed; /etc/lvsd, /var/lib/lvsd and the users stay"
}

case ${1:-} in
  install) do_install ;;
  uninstall) do_uninstall ;;
  *) echo "usage: build/install.sh install|uninstall" >&2; exit 2 ;;
esac
