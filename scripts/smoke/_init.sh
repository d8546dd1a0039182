# shellcheck shell=bash
# Sourced first by every scenario; then a scenario reads like a terminal session with assertions.
#
# A scenario runs in namespaces of its own (mount, network, processes) with a private /run, so any
# number of them can run side by side, taps cannot clash, and everything dies with its first shell.
# SWITCH=patchbay (default) or SWITCH=ovs says whose daemon stands behind the real tools. A line
# "# ovs: no, because ..." in a scenario says that Debian's OVS cannot pass it.

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

export SWITCH=${SWITCH:-patchbay}
[ "$(id -u)" = 0 ] || die "scenarios make namespaces: run them as root"
if [ "$SWITCH" = ovs ] && grep -q '^# ovs: no' "$0"; then
  say "skipped: $(sed -n 's/^# ovs: no, //p' "$0")"
  exit 0
fi
if [ "${SMOKE_ISOLATED:-}" != 1 ]; then
  export SMOKE_ISOLATED=1
  exec unshare --mount --net --pid --fork --kill-child --mount-proc -- bash "$0" "$@"
fi

mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount -t sysfs sysfs /sys
mkdir -p /run/netns /run/lock
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link set lo up
tmp=/run/smoke
use_rundir "$tmp"
# Before a failure is shown, the logs go where the runner keeps them.
finish() {
  local status=$?
  set +e
  if [ "$status" -ne 0 ]; then
    say "--- failed with status $status; state of the switch:"
    timeout 5 ovs-vsctl --timeout=3 show
    tail -n 40 "$OVS_LOGDIR/ovs-vswitchd.log" 2>/dev/null
    if [ -n "${SMOKE_LOGS:-}" ]; then cp -r "$OVS_LOGDIR/." "$SMOKE_LOGS/"; fi
    if [ -e "$tmp/why" ]; then cat "$tmp/why"; fi
  fi
  exit "$status"
}
trap finish EXIT
trap 'say "failed: ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND" >>"$tmp/why"' ERR
set -E

# --- assertions ---------------------------------------------------------------------------------

fail() { say "FAIL: line ${BASH_LINENO[-2]}: $*" >>"$tmp/why"; exit 1; }
ours() { [ "$SWITCH" = patchbay ]; }

# same WHAT EXPECTED ACTUAL
same() {
  [ "$2" = "$3" ] && return 0
  fail "$1"$'\n'"$(diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") |
    sed -n 's/^</expected:/p;s/^>/     got:/p')"
}
# contains WHAT TEXT-PATTERN ACTUAL (an extended regular expression, any line)
contains() { grep -qE -- "$2" <<<"$3" || fail "$1: no line matches '$2' in: $3"; }
lacks() { if grep -qE -- "$2" <<<"$3"; then fail "$1: '$2' is in: $3"; fi; }
# within WHAT LOW HIGH ACTUAL
within() { [ "$4" -ge "$2" ] && [ "$4" -le "$3" ] || fail "$1: $4 is not in $2..$3"; }
# fails COMMAND...: prints what the command says, and is true only when it exits non-zero.
fails() { if "$@" 2>&1; then fail "succeeded: $*"; fi; }
# becomes SECONDS EXPECTED COMMAND...: waits until the command prints EXPECTED.
becomes() {
  local limit=$1 expected=$2
  shift 2
  wait_until "$limit" prints "$expected" "$@" || same "$*" "$expected" "$("$@" 2>&1)"
}
prints() { local expected=$1; shift; [ "$("$@" 2>&1)" = "$expected" ]; }

# --- the switch ---------------------------------------------------------------------------------

start_switch() {
  start_database
  ovs-vsctl --no-wait init
  start_daemon "$SWITCH" "$@"
}
# Debian's own way of dying: exit through the control socket, which removes ports and sockets.
stop_switch() {
  local pid
  pid=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
  ovs-appctl exit
  wait_until 15 gone "$pid"
}
kill_switch() { stop_pid "$OVS_RUNDIR/ovs-vswitchd.pid" KILL; }
kill_database() { stop_pid "$OVS_RUNDIR/ovsdb-server.pid" KILL; }

# dpdk_switch [KEY=VALUE...]: a switch with DPDK on core 1 and, if there are any, huge pages.
dpdk_switch() {
  local memory=(other_config:dpdk-socket-mem=512 other_config:dpdk-extra=--no-pci)
  mount -t hugetlbfs nodev /dev/hugepages 2>/dev/null || true
  reserve_hugepages || memory=("other_config:dpdk-extra=--no-pci --no-huge -m 1024")
  start_database
  ovs-vsctl --no-wait init -- set Open_vSwitch . other_config:dpdk-init=true \
    other_config:dpdk-lcore-mask=0x1 other_config:pmd-cpu-mask=0x2 "${memory[@]}" "$@"
  start_daemon "$SWITCH"
}

# bridge NAME [COLUMN=VALUE...]
bridge() {
  local name=$1
  shift
  ovs-vsctl --may-exist add-br "$name" -- set bridge "$name" datapath_type=netdev "$@"
}
# patch BRIDGE PORT PEER-PORT PEER-BRIDGE: a pair of patch ports in one transaction.
patch() {
  ovs-vsctl add-port "$1" "$2" -- set interface "$2" type=patch options:peer="$3" \
    -- add-port "$4" "$3" -- set interface "$3" type=patch options:peer="$2"
}
# host NAME BRIDGE ADDRESS/LEN [PORT-COLUMN=VALUE...]: a namespace NAME with eth0, connected by a
# veth whose switch end v-NAME is a port of BRIDGE. The MAC's last byte is the address's.
host() {
  local name=$1 bridge=$2 address=$3 last
  shift 3
  last=${address%/*}; last=$(printf %02x "${last##*.}")
  ip netns add "$name"
  on "$name" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip link add "v-$name" type veth peer name eth0 netns "$name"
  ip -n "$name" link set lo up
  ip -n "$name" link set eth0 address "02:00:00:00:00:$last" up
  ip -n "$name" addr add "$address" dev eth0
  ip link set "v-$name" up
  ovs-vsctl add-port "$bridge" "v-$name" ${1:+-- set port "v-$name" "$@"}
}
on() { ip netns exec "$@"; }
# reaches FROM ADDRESS [PING OPTION...]: three pings, the first may be lost to ARP or a cold start. The
# host asks for the address anew: an earlier question that nobody answered would fail first.
reaches() {
  local from=$1 address=$2
  shift 2
  on "$from" ip neigh flush dev eth0
  on "$from" ping -n -q -c 3 -i 0.2 -w 10 "$@" "$address" >"$tmp/ping" ||
    fail "$from does not reach $address: $(cat "$tmp/ping")"
}
cut_off() {
  if on "$1" ping -n -q -c 2 -i 0.2 -w 2 "$2" >"$tmp/ping"; then fail "$1 reaches $2"; fi
  # The kernel's unanswered question would make the next ping fail too.
  ip -n "$1" neigh flush dev eth0
}
# stream HOST ADDRESS [SECONDS]: pings in the background; stream_loss HOST ADDRESS ends it and prints
# how many percent were lost.
stream() {
  ip netns exec "$1" ping -n -W 1 -i "${3:-0.02}" "$2" >"$tmp/stream-$1-$2" &
  echo $! >"$tmp/stream-$1-$2.pid"
}
stream_loss() {
  kill -INT "$(cat "$tmp/stream-$1-$2.pid")"
  wait_until 5 grep -q 'packet loss' "$tmp/stream-$1-$2"
  sed -nE 's/.* ([0-9]+)[0-9.]*% packet loss.*/\1/p' "$tmp/stream-$1-$2"
}

# --- reading the switch -------------------------------------------------------------------------

# column TABLE RECORD COLUMN: the value, without quotes and brackets of an empty set.
column() { ovs-vsctl --bare get "$1" "$2" "$3" | sed 's/^"\(.*\)"$/\1/'; }
# counter INTERFACE KEY: one statistic of the database.
counter() { ovs-vsctl get interface "$1" "statistics:$2" 2>/dev/null || echo none; }
# dump_counter BRIDGE PORT rx|tx: packets as ovs-ofctl dump-ports shows them.
dump_counter() {
  ovs-ofctl dump-ports "$1" "$2" | tr '\n' ' ' | sed -E "s/.*$3 pkts=([0-9?]+).*/\1/"
}
# flows: the datapath's flows, without counters and ages, sorted.
flows() {
  ovs-appctl dpctl/dump-flows |
    sed -E '/^flow-dump/d; s/, packets:.*, actions:/ actions:/' | sort
}

# --- frames -------------------------------------------------------------------------------------

# scapy [HOST]: runs the Python program on stdin with scapy's names, on HOST or beside the switch.
scapy() {
  local where=(env)
  if [ -n "${1:-}" ]; then where=(on "$1"); fi
  "${where[@]}" /usr/bin/python3 -W ignore -c "
import logging; logging.getLogger('scapy').setLevel(logging.ERROR)
from scapy.all import *
conf.verb = 0
conf.ipv6_enabled = False
$(cat)"
}
# send HOST FRAME...: each FRAME is a scapy expression, sent once from HOST's eth0.
send() {
  local from=$1
  shift
  { printf 'sock = conf.L2socket(iface="eth0")\n'; printf 'sock.send(%s)\n' "$@"; } | scapy "$from"
}
# udp VID SOURCE DESTINATION [PORT]: a frame from host address 10.0.0.SOURCE to .DESTINATION (255:
# broadcast), tagged if VID is not "-". Two hosts never confuse frames of different PORTs.
udp() {
  local tag="" to
  to=02:00:00:00:00:$(printf %02x "$3")
  if [ "$3" = 255 ]; then to=ff:ff:ff:ff:ff:ff; fi
  if [ "$1" != - ]; then tag="/Dot1Q(vlan=${1%.*},prio=$([[ $1 = *.* ]] && echo "${1#*.}" || echo 0))"; fi
  echo "Ether(src='02:00:00:00:00:$(printf %02x "$2")',dst='$to')$tag\
/IP(src='10.0.0.$2',dst='10.0.0.$3')/UDP(sport=7,dport=${4:-9})/('x'*26)"
}
# listen HOST...: records what arrives on eth0 from now on; heard HOST prints it, a line a frame.
listen() {
  local name
  for name; do
    on "$name" tcpdump -Z root -i eth0 -Q in -n -e -t -q -l >"$tmp/$name.heard" 2>"$tmp/$name.err" &
  done
  for name; do wait_until 20 grep -q 'listening on' "$tmp/$name.err" || fail "tcpdump on $name"; done
}
# shellcheck disable=SC2034 # scenarios use it
untagged='^[^,]*, IPv4, .*' # a pattern's beginning; a tagged frame reads "vlan 10, p 0, ..."
heard() { cat "$tmp/$1.heard"; }
# hears HOST PATTERN / hears_not HOST PATTERN: the first waits, so ask it before the second.
hears() {
  wait_until 10 grep -qE -- "$2" "$tmp/$1.heard" || fail "$1 did not hear '$2', only: $(heard "$1")"
}
hears_not() { lacks "$1" "$2" "$(heard "$1")"; }
