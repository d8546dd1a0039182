#!/bin/bash
# One run of bench-guests: SWITCH=patchbay|ovs TSO=true|default MEGABYTES=N. Prints lines
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
two_guests br0
becomes 10 up column interface vm-a link_state

bytes=$((MEGABYTES << 20))
# Cycles that the pollers had packets to process.
busy() { ovs-appctl dpif-netdev/pmd-stats-show | sed -nE 's/.*processing cycles: ([0-9]+).*/\1/p' | awk '{ n += $1 } END { printf "%.0f\n", n }'; }
begin() { cycles=$(busy) frames=$(dump_counter br0 vm-a rx); }
# result ROW MILLISECONDS: since `begin`; the time is the receiver's, from the first byte to the last.
result() {
  awk -v row="$1" -v ms="$2" -v cycles=$(($(busy) - cycles)) -v bytes="$bytes" \
    -v frames=$(($(dump_counter br0 vm-a rx) - frames)) 'BEGIN {
      printf "result %s %.0f %.0f %.0f\n", row, bytes * 8 / ms / 1000, cycles * 1024 / bytes, frames * 1048576 / bytes }'
}
# In a guest the clock of busybox is /proc/uptime: hundredths of a second.
# shellcheck disable=SC2016 # the guest's shell expands it
in_guest b 'receive() { nc -l -p 5000 <>/tmp/open | (head -c 1 >/dev/null; read a _ </proc/uptime; cat >/dev/null; read b _ </proc/uptime; echo $a $b >/tmp/times); }; mkfifo /tmp/open' >/dev/null
in_guest b 'rm -f /tmp/times; receive & echo' >/dev/null
begin
in_guest a "head -c $bytes /dev/zero | nc 10.0.0.2 5000" >/dev/null
times=$(in_guest b 'while [ ! -s /tmp/times ]; do sleep 0.1; done; cat /tmp/times')
result vm-tcp "$(awk '{ print ($2 - $1) * 1000 + 1 }' <<<"$times")"

/usr/bin/python3 -c 'import socket, time
server = socket.create_server(("", 5000))
print("listening", flush=True)
got = server.accept()[0]
got.recv(1); start = time.monotonic(); buffer = bytearray(1 << 20)
while got.recv_into(buffer): pass
print(int((time.monotonic() - start) * 1000) + 1, flush=True)' >"$tmp/times" &
wait_until 5 grep -q listening "$tmp/times"
begin
in_guest a "head -c $bytes /dev/zero | nc 10.0.0.9 5000" >/dev/null
wait_until 10 grep -qE '^[0-9]' "$tmp/times"
result vm-tap "$(grep -E '^[0-9]' "$tmp/times")"
guest_gone a; guest_gone b
