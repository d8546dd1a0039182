#!/bin/bash
# TCP and UDP between every kind of kernel-backed port with the kernel's offloads left on: veth, a
# bridge's own port, a further internal port and a tap. Checksums arrive right.
# ovs: no, because without userspace-tso it forwards the unfinished checksums of a veth
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host left br0 10.0.0.1/24
host right br0 10.0.0.2/24
ovs-vsctl add-port br0 extra -- set interface extra type=internal
ovs-vsctl add-port br0 tap9 -- set interface tap9 type=tap
for name in br0 extra tap9; do ip netns add "n-$name"; ip link set "$name" netns "n-$name"; done
number=10
for name in br0 extra tap9; do
  ip -n "n-$name" addr add "10.0.0.$number/24" dev "$name"
  ip -n "n-$name" link set "$name" up
  number=$((number + 1))
done

on right iperf3 -s -D --pidfile "$tmp/iperf.pid" >/dev/null
wait_until 5 on right sh -c 'ss -ltn | grep -q 5201'
for name in left n-br0 n-extra n-tap9; do
  reaches $name 10.0.0.2
  on $name iperf3 -c 10.0.0.2 -t 1 -J >"$tmp/tcp" || fail "$name: TCP: $(tail -3 "$tmp/tcp")"
  on $name iperf3 -c 10.0.0.2 -u -b 5M -l 1200 -t 1 -J >"$tmp/udp" || fail "$name: UDP"
  read -r tcp lost < <(/usr/bin/python3 -c 'import json,sys
print(int(json.load(open(sys.argv[1]))["end"]["sum_received"]["bits_per_second"] / 1e6),
      int(json.load(open(sys.argv[2]))["end"]["sum"]["lost_percent"]))' "$tmp/tcp" "$tmp/udp")
  say "$name: TCP $tcp Mbit/s, UDP lost $lost %"
  within "$name: TCP Mbit/s" 20 1000000 "$tcp"
  within "$name: UDP loss in percent" 0 20 "$lost"
done
same "bad checksums" 0 "$(on right cat /proc/net/snmp | awk '/^Udp: [0-9]/ { print $8 }')"
