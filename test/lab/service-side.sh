#!/bin/bash
# What happens inside the lab's kernel in service.test.ts: boots systemd as process 1 of a process
# namespace, installs lvsd there from the checkout $1, and acts on it like an operator and like
# misfortune. Prints one `fact NAME VALUE` line for each thing seen; the judging is done outside.
set -u
checkout=$1

. "$(dirname "$(readlink -f "$0")")/systemd-boot.sh"
held() { ip -br addr show d0 | grep -q 192.0.2.10/32; }
pid() { systemctl show --property MainPID --value lvsd; }
state() { lvsd status --json | tr -d ' \n' | sed -n 's/.*"state":"\([a-z]*\)","since.*/\1/p'; }
is_active() { [ "$(state)" = active ]; }
is_another() { [ "$(pid)" != "$1" ] && [ "$(pid)" != 0 ]; }
not_held() { ! held; }

ip link add d0 type dummy
ip addr add 192.0.2.9/24 dev d0
ip link set d0 up
export PREFIX=/usr/local DESTDIR=
"$checkout/build/install.sh" install
fact installed "$? $(systemctl is-active lvsd) $(systemctl is-enabled lvsd)"
fact directory "$(stat -c '%a %U %G' /etc/lvsd /etc/lvsd/live /etc/lvsd/commands | tr '\n' ';')"
fact link "$(readlink /etc/lvsd/lvsd.yaml)"

# With a wrong configuration and no older one the service waits for a right one.
echo 'routers: nowhere' >/etc/lvsd/lvsd.yaml
systemctl start lvsd
sleep 1 # twice RestartSec: what must not happen has had its time
fact invalid "$(systemctl is-active lvsd) $(systemctl show --property NRestarts --value lvsd)"
fact invalid-state "$(lvsd status --json | grep -o '"state":"[a-z]*"' | head -1)"
systemctl stop lvsd

cat >/etc/lvsd/lvsd.yaml <<EOF
routers: { primary: { public: 192.0.2.9 } }
virtual_servers:
  web:
    address: 192.0.2.10/24
    port: 80
    forwarding: direct
    start: up
    real_servers: { rs1: { address: 192.0.2.21 } }
EOF
lvsd keygen -o /etc/lvsd/heartbeat.key
fact key "$(stat -c '%a %U %G' /etc/lvsd/heartbeat.key)"
lvsd check --here && fact checked
systemctl start lvsd
fact started "$(systemctl is-active lvsd) as $(stat -c %U "/proc/$(pid)")"
fact active "$(until_true 10000 is_active)"
fact held "$(until_true 1000 held)"
fact table "$(ipvsadm -Sn | head -1)"
fact capabilities "$(awk '/^CapEff|^CapBnd/{printf "%s ", $2}' "/proc/$(pid)/status")"
# Of the daemon's loop, its threads, and the program that it keeps for addresses.
scheduled() { chrt -p "$1" | awk '/policy/{sub(/\|.*/, "", $NF); policy=$NF} /priority/{print policy, $NF}'; }
threads() { ls "/proc/$(pid)/task" | grep -vx "$(pid)" | while read -r each; do scheduled "$each"; done | sort | uniq; }
fact real-time "$(scheduled "$(pid)"), $(threads), $(scheduled "$(pgrep -P "$(pid)" -x ip | head -1)")"
fact socket "$(stat -c '%a %U %G' /run/lvsd/lvsd.sock)"

sed -i 's/rs1: { address: 192.0.2.21 }/&, rs2: { address: 192.0.2.22 }/' /etc/lvsd/lvsd.yaml
fact edited "$([ -h /etc/lvsd/lvsd.yaml ] || echo a file)" # sed replaces the link
systemctl reload lvsd
fact linked "$(readlink /etc/lvsd/lvsd.yaml) $(ls -A /etc/lvsd/live | tr '\n' ' ')"
in_table() { ipvsadm -Sn | grep -q 192.0.2.22; }
fact reloaded "$(until_true 3000 in_table)"
useradd --no-create-home --groups lvsd-operators anna
useradd --no-create-home ben
as() { setpriv --reuid "$1" --regid "$1" --init-groups "${@:2}"; }
sed 's/^    port: 80/&\n    scheduler: rr/' /etc/lvsd/lvsd.yaml >/run/next.yaml
chmod 644 /run/next.yaml
as anna lvsd apply /run/next.yaml >/dev/null
fact applied "$? $(readlink /etc/lvsd/lvsd.yaml) $(stat -c %U /etc/lvsd/live/lvsd.yaml) $(ipvsadm -Sn | head -1)"
sed 's/start: up/check: { type: command, command: \/bin\/sh, args: [-c, id] }/' /run/next.yaml >/run/evil.yaml
chmod 644 /run/evil.yaml
fact attack "$(as anna lvsd apply /run/evil.yaml 2>&1 | grep -o '/bin/sh: it does not lie in /etc/lvsd/commands')"
fact anna "$(as anna lvsd status >/dev/null 2>&1; echo $?) $(as anna lvsd check >/dev/null 2>&1; echo $?) $(as anna cat /etc/lvsd/heartbeat.key >/dev/null 2>&1; echo $?)"
fact ben "$(as ben lvsd status >/dev/null 2>&1; echo $?) $(as ben cat /etc/lvsd/lvsd.yaml >/dev/null 2>&1; echo $?)"
kill -USR1 "$(pid)"
sleep 0.5
# A command of root's: who runs it, with which rights, and what it reaches. The configuration holds no
# secret, and its mode is the operator's.
mkdir -p /etc/lvsd/commands
cat >/etc/lvsd/commands/who <<'EOF'
#!/bin/sh
{ id -un; awk '/^CapEff|^CapBnd|^NoNewPrivs/{print $2}' /proc/self/status
  for each in /etc/lvsd/heartbeat.key /etc/lvsd/live/* /var/lib/lvsd/*; do
    test ! -r $each || echo "reads $each"
  done
  kill -USR1 "$(cat /run/pid-of-lvsd)" 2>&1 | grep -o permitted
  for each in /run/lvsd/release.batch /run/lvsd/lvsd.sock /run/lvsd-runner.sock /etc/lvsd; do
    test ! -w $each || echo "writes $each"
  done; echo end; } 2>/dev/null | tr '\n' ' ' >/tmp/who.new
mv /tmp/who.new /tmp/who
EOF
chmod 755 /etc/lvsd/commands/who
pid >/run/pid-of-lvsd
fact runner-before "$(systemctl is-active lvsd-runner.socket lvsd-runner.service | tr '\n' ' ')"
sed 's|start: up|check: { type: command, command: /etc/lvsd/commands/who, interval: 30s, timeout: 20s }|' /run/next.yaml >/run/command.yaml
chmod 644 /run/command.yaml
as anna lvsd apply --yes /run/command.yaml >/dev/null
status=$?
who() { cat /tmp/systemd-private-*-lvsd-runner.service-*/tmp/who 2>/dev/null; }
has_run() { [ -n "$(who)" ]; }
until_true 20000 has_run >/dev/null
fact command "$status $(who)"
fact run-by "$(lvsd status --json | tr -d ' \n' | grep -o '"commands":"[a-z]*"') $(systemctl is-active lvsd-runner.service)"
as anna lvsd apply --yes /run/next.yaml >/dev/null
fact debugger "$(grep -c ':240D .* 0A ' /proc/net/tcp) $(systemctl is-active lvsd)"

# What whoever is the daemon's user would like to have done, with the daemon's rights, at its end.
own=$(ip -o -4 addr show d0 scope global | awk '{ print $4; exit }')
printf 'addr del %s dev d0\nlink set d0 down\n' "$own" >>/run/lvsd/release.batch
before=$(pid)
kill -9 "$before"
fact killed "$(until_true 2000 not_held)"
fact own-address "$own $(ip -o addr show d0 | grep -c " $own ")"
fact again "$(until_true 10000 is_another "$before")"
fact held-again "$(until_true 10000 held)"

before=$(pid)
kill -STOP "$before"
fact stopped "$(until_true 6000 not_held)"
fact again-after-stop "$(until_true 10000 held)"

# Everything that happens to the address meanwhile, and what is in the kernel between two processes.
before=$(pid)
ip -o monitor address >/run/during-restart &
watching=$!
sleep 0.3
systemctl restart lvsd
fact restarted "$(systemctl is-active lvsd) $(is_another "$before" && echo another) $(held && echo held) $(ipvsadm -Sn | grep -c 192.0.2.22)"
fact restarted-active "$(until_true 10000 is_active)"
kill $watching
fact restarted-lost "$(grep -c '^Deleted.*192.0.2.10/' /run/during-restart)"
fact restarted-files "$(ls /run/lvsd | tr '\n' ' ')"
permanent() { ip -o addr show d0 | grep -q '192.0.2.10/.*valid_lft forever'; }
fact restarted-permanent "$(until_true 3000 permanent)"

# What the next process could not load is not restarted into: it is a stop, and then the last good
# configuration is loaded.
cp /etc/lvsd/lvsd.yaml /run/good.yaml
echo 'routers: nowhere' >>/etc/lvsd/lvsd.yaml
systemctl restart lvsd
fact bad-restart "$(systemctl is-active lvsd) $(until_true 10000 held)"
cp /run/good.yaml /etc/lvsd/lvsd.yaml
systemctl reload lvsd
fact after-bad-restart "$(until_true 10000 held)"

# In its own place: the same process number, another start, and nobody cleans up in between.
before=$(pid)
lvsd restart >/dev/null
fact renewed "$? $([ "$(pid)" = "$before" ] && echo same) $(systemctl is-active lvsd) $(held && echo held)"
sleep 3 # more than WatchdogSec: the new process feeds the watchdog
fact renewed-real-time "$(scheduled "$(pid)"), $(threads)"
fact renewed-watched "$([ "$(pid)" = "$before" ] && echo same) $(ls /run/lvsd | tr '\n' ' ')"

systemctl stop lvsd
fact end-status "$(systemctl show --property Result --value lvsd) $(systemctl is-active lvsd)"
fact end-held "$(held && echo yes || echo no)"
fact end-table "$(ipvsadm -Sn | wc -l)"
fact end-files "$(ls /run/lvsd 2>/dev/null | tr '\n' ' ')"

systemctl enable --quiet --now lvsd
"$checkout/build/install.sh" uninstall
fact uninstalled "$? $(systemctl is-active lvsd)"
fact left "$(find /usr/local ! -type d; find /etc/systemd /etc/lvsd /var/lib/lvsd -name '*lvsd*' | tr '\n' ' ')"

journalctl --no-pager -o cat -u lvsd | sed 's/^/journal /'
fact end
systemctl exit
