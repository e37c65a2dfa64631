#!/bin/bash
# What happens inside the lab's kernel in takeover.test.ts: Debian's keepalived runs under systemd on a
# router without a peer, and lvsd, installed from the checkout $1, takes its place there; first it is
# kept from it in several ways. Prints one `fact NAME VALUE` line for each thing seen.
set -u
checkout=$1
. "$(dirname "$(readlink -f "$0")")/systemd-boot.sh"

held() { ip -br addr show d0 | grep -q '192.0.2.10/'; }
pid() { systemctl show --property MainPID --value "$1"; }
state() { systemctl is-active "$1"; }
# The states of all processes of keepalived, of which the children have names of their own.
letter() { for each in $(pgrep keepalived); do sed 's/^.*) //; s/ .*//' "/proc/$each/stat" 2>/dev/null; done | tr RD SS | sort -u | tr -d '\n'; }
units() { echo "$(state keepalived) $(systemctl is-enabled keepalived) $(state lvsd) $(systemctl is-enabled lvsd)"; }
is_frozen() { [ "$(letter)" = T ]; }
is_starting() { [ "$(state lvsd)" = activating ] && is_frozen; }
is_gone() { ! pgrep keepalived >/dev/null; }
is_active() { [ "$(state "$1")" = active ]; }
is_going_back() { grep -q 'did not come to serve' /run/said; }
table() { ipvsadm -Sn | tr '\n' ';'; }
left() { ls -A /run/lvsd /var/lib/lvsd 2>/dev/null | grep -E '^(hold|await-peer)$' | tr '\n' ' '; }
takeover() { lvsd takeover-from keepalived --alone "$@"; }
# As `takeover ... &`, which would be a shell of its own: signals are to reach the program.
takeover_begins() { lvsd takeover-from keepalived --alone >/run/said 2>&1 & taking=$!; }
# What an attempt that came to nothing must have left; its name, its exit status.
after() { fact "$1" "$2 $(units) $([ "$(pid keepalived)" = "$before" ] && echo same) $(letter) $(held && echo held) $(left)"; }
drop_in() { mkdir -p /run/systemd/system/lvsd.service.d; printf '[Service]\n%s\n' "$1" >/run/systemd/system/lvsd.service.d/abort.conf; systemctl daemon-reload; }

# How often the address, which is there at first, was there in no form, by what was monitored.
lost() {
  awk 'BEGIN { there["192.0.2.10/24"] }
    match($0, /192\.0\.2\.10\/[0-9]+/) {
      form = substr($0, RSTART, RLENGTH)
      if (/^Deleted/) delete there[form]; else there[form]
      forms = 0
      for (form in there) forms++
      if (forms == 0) lost++
    }
    END { print lost + 0 }' /run/addresses
}

ip link add d0 type veth peer name d1
ip addr add 192.0.2.9/24 dev d0
ip link set d0 up
ip link set d1 up
export PREFIX=/usr/local DESTDIR=
"$checkout/build/install.sh" install
mkdir -p /etc/keepalived
cat >/etc/keepalived/keepalived.conf <<EOF
global_defs {
  process_names
  vrrp_version 3
}
vrrp_instance VI {
  state MASTER
  interface d0
  virtual_router_id 51
  priority 100
  advert_int 0.2
  virtual_ipaddress {
    192.0.2.10/24 dev d0
  }
}
virtual_server 192.0.2.10 80 {
  lb_algo wrr
  lb_kind DR
  protocol TCP
  real_server 192.0.2.21 80 {
    weight 3
  }
}
EOF
lvsd import /etc/keepalived/keepalived.conf --primary 192.0.2.9 --backup 192.0.2.8 -o /etc/lvsd/lvsd.yaml
fact import $?
lvsd keygen -o /etc/lvsd/heartbeat.key
systemctl enable --quiet --now keepalived
fact keepalived-holds "$(until_true 30000 held)"
before=$(pid keepalived)
fact names "$(ps -o comm= -p "$(pgrep -d, keepalived)" | sort | tr '\n' ' ')"
fact before "$(units) $(table)"
lvsd check --here >/run/checked 2>&1
fact check "$? $(grep -c 'ip addr del' /run/checked) $(grep -o 'keepalived (process [0-9]*) runs here' /run/checked | sed "s/$before/PID/" | head -1)"
takeover --dry-run >/run/said 2>&1
after dry-run $?

# What happens to the address from now on.
ip -o monitor address >/run/addresses &
watching=$!

# The unit does not come up.
drop_in 'ExecStartPre=/bin/false'
takeover >/run/said 2>&1
after failing $?

# A unit that is starting until there is this file.
waits_for() { drop_in "ExecStartPre=/bin/sh -c 'until test -e $1; do sleep 0.1; done'"; }

# ^C while the unit is starting, where the mark cannot be renewed that addresses are kept; and again,
# while it goes back.
waits_for /run/never
takeover_begins
fact frozen "$(until_true 120000 is_starting)"
rm -rf /run/lvsd
sleep 2 # twice as long as it takes until the mark is renewed
fact still-frozen "$(letter)"
kill -INT $taking
until_true 30000 is_going_back >/dev/null
kill -INT $taking
wait $taking
after interrupted $?
fact interrupted-why "$(grep -o 'the takeover was interrupted' /run/said)"

# The command is killed while the unit is starting, which then comes up.
waits_for /run/begin
takeover_begins
until_true 120000 is_starting >/dev/null
kill -KILL $taking
wait $taking
fact killed "$? $(state lvsd) $(: >/run/begin; until_true 60000 is_active lvsd) $(until_true 120000 is_gone)"
fact killed-state "$(held && echo held) $(table) $(systemctl is-enabled lvsd) $(systemctl is-enabled keepalived)"
fact killed-lost "$(lost)"
drop_in ''

# The way back; then keepalived's unit is one that is started again and cannot be masked.
systemctl disable --now lvsd
systemctl unmask --runtime keepalived
systemctl enable keepalived
mkdir -p /run/systemd/system/keepalived.service.d
printf '[Service]\nRestart=always\nRestartSec=500ms\n' >/run/systemd/system/keepalived.service.d/restart.conf
cp /lib/systemd/system/keepalived.service /etc/systemd/system/
systemctl daemon-reload
systemctl reset-failed keepalived
systemctl start keepalived
fact again "$(until_true 30000 held)"
takeover >/run/said 2>&1
fact unmaskable "$? $(grep -o 'systemctl mask --runtime keepalived.service' /run/said)"
sleep 2 # four times RestartSec: what must not happen has had its time
fact unmaskable-units "$(units) $(pgrep -c keepalived) $(held && echo held) $(table)"
rm /etc/systemd/system/keepalived.service
systemctl daemon-reload

# The whole way once more, undisturbed, from keepalived and back to it.
systemctl disable --now lvsd
systemctl unmask --runtime keepalived
systemctl enable --now keepalived
fact once-more "$(until_true 30000 held) $(units)"
: >/run/addresses
takeover >/run/said 2>&1
fact taken "$? $(units) $(held && echo held) $(left)"
fact taken-table "$(table)"
fact masked "$(systemctl start keepalived 2>&1 | grep -o masked) $(pgrep -c keepalived)"
fact failed-units "$(systemctl --failed --plain --no-legend | grep -c keepalived)"
fact lost "$(lost)"
kill $watching
systemctl disable --now lvsd
systemctl unmask --runtime keepalived
systemctl enable --now keepalived
fact back "$(until_true 30000 held) $(units)"
systemctl stop keepalived

sed 's/^/out: /' /run/said
journalctl --no-pager -o cat -u lvsd -u keepalived | tail -150 | sed 's/^/journal /'
fact end
systemctl exit
