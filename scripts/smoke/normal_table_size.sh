#!/bin/bash
# mac-table-size bounds the MAC table: the ones over it push out others, fairly among ports, and
# flood_vlans learns nothing at all.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0 other_config:mac-table-size=10
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
reaches h1 10.0.0.2
scapy h1 <<'END'
sock = conf.L2socket(iface="eth0")
for n in range(40):
    sock.send(Ether(src="02:00:00:00:01:%02x" % n, dst="02:00:00:00:00:02") / ("x" * 50))
END
evicted() { [ "$(ovs-appctl fdb/stats-show br0 | sed -n 's/.*evicted.*: //p')" -ge 30 ]; }
wait_until 5 evicted || fail "$(ovs-appctl fdb/stats-show br0)"
contains "full" 'Current/maximum MAC entries in the table: 10/10' "$(ovs-appctl fdb/stats-show br0)"
contains "the quiet port keeps its own" '02:00:00:00:00:02' "$(ovs-appctl fdb/show br0)"

ovs-vsctl set bridge br0 flood_vlans=0
reaches h1 10.0.0.2
same "flood_vlans" "" "$(ovs-appctl fdb/show br0 | sed 1d)"
