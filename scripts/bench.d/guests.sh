#!/bin/bash
# One run of bench-guests: SWITCH=patchbay|ovs TSO=true|default SECONDS_EACH=N. Prints lines
# "result ROW MBIT CYCLES-PER-KIB FRAMES-PER-MIB".
source "$(dirname "$0")/../smoke/_init.sh"
source "$(dirname "$0")/../smoke/_guest.sh"
settings=()
if [ "$TSO" = true ]; then settings=(other_config:userspace-tso-enable=true); fi
taskset -pc 0 $$ >/dev/null
dpdk_switch "${settings[@]}"
bridge br0
ip addr add 10.0.0.9/24 dev br0
ip link set br0 up
export INITRD=initrd.iperf3
two_guests br0
becomes 10 up column interface vm-a link_state

# Cycles that the pollers had packets to process.
busy() { ovs-appctl dpif-netdev/pmd-stats-show | sed -nE 's/.*processing cycles: ([0-9]+).*/\1/p' | awk '{ n += $1 } END { printf "%.0f\n", n }'; }
# measure ROW PORT COMMAND...: one that prints what iperf3 says of a transfer from PORT. The rate is the
# receiver's.
measure() {
  local row=$1 port=$2 cycles frames
  shift 2
  cycles=$(busy) frames=$(dump_counter br0 "$port" rx)
  "$@" >"$tmp/$row.json" || fail "$row: $(cat "$tmp/$row.json")"
  cycles=$(($(busy) - cycles)) frames=$(($(dump_counter br0 "$port" rx) - frames))
  /usr/bin/python3 - "$row" "$cycles" "$frames" "$tmp/$row.json" <<'PYTHON'
import json, sys
row, cycles, frames, path = sys.argv[1:]
end = json.load(open(path))["end"]["sum_received"]
size = end["bytes"]
print("result", row, round(end["bits_per_second"] / 1e6), int(cycles) * 1024 // size, int(frames) * 1048576 // size)
PYTHON
}
in_guest b 'iperf3 -s -D; echo' >/dev/null
iperf3 -s -D --pidfile "$tmp/iperf3.pid"
client="iperf3 -J -i 0 -t $SECONDS_EACH -c"
measure vm-tcp vm-a in_guest a "$client 10.0.0.2"
measure vm-tcp-4 vm-a in_guest a "$client 10.0.0.2 -P 4"
measure vm-tap vm-a in_guest a "$client 10.0.0.9"
# A sender that cuts its frames itself, as if they came from a wire.
host wire br0 10.0.0.8/24
on wire ethtool -K eth0 tx off tso off gso off >/dev/null
# shellcheck disable=SC2086 # words
measure wire-vm v-wire on wire $client 10.0.0.2
stop_pid "$tmp/iperf3.pid" TERM
guest_gone a; guest_gone b
