# To be read by a script of the lab whose first argument is the checkout. The first time it boots
# systemd as process 1 of a process namespace and does not return; there the script is started again,
# with another argument, and this returns: what it prints from then on comes out of the first one.
if [ -z "${2:-}" ]; then
  mount -t tmpfs etc /mnt
  cp -a /etc/. /mnt/
  mount --bind /mnt /etc
  mount -t tmpfs lib /var/lib
  rm -rf /etc/systemd/system/*.wants /etc/lvsd
  mount -t tmpfs local /usr/local
  mount -t cgroup2 cgroup /sys/fs/cgroup
  printf '[Unit]\nDefaultDependencies=no\nWants=systemd-journald.service story.service\n' \
    >/etc/systemd/system/story.target
  printf '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nTimeoutStartSec=600\nExecStart=%s\n' \
    "/bin/bash $(readlink -f "$0") $checkout story" >/etc/systemd/system/story.service
  # The story writes to this file: systemd closes what it inherits.
  : >/run/story
  tail -f /run/story &
  mount --bind /dev/null /dev/console # its reports on every unit would be printed into the facts
  container=lvsd-lab unshare --pid --mount --fork --mount-proc \
    /lib/systemd/systemd --unit=story.target --log-target=journal --show-status=0 >/dev/null 2>&1
  sleep 0.3
  kill %1
  grep -q '^fact end' /run/story
  exit
fi

exec >>/run/story 2>&1
PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
fact() { echo "fact $*"; }
now() { awk '{printf "%d", $1 * 1000}' /proc/uptime; }
# until MS CONDITION...: fact-worthy milliseconds until it holds, or "never"
until_true() {
  local limit=$1 begun; begun=$(now); shift
  until "$@"; do
    [ $(($(now) - begun)) -lt "$limit" ] || { echo never; return; }
    sleep 0.02
  done
  echo $(($(now) - begun))
}
