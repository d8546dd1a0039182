#!/bin/bash
# A port that needs more memory than there is says how much, and what to do; the others forward on, and
# it heals when it asks for less.
# ovs: no, because its error is only "Cannot allocate memory" in the log
source "$(dirname "$0")/_init.sh"
scapy <<END
wrpcap("$tmp/in.pcap", [$(udp - 1 2 9)])
END
dpdk_switch
bridge br0
ovs-vsctl add-port br0 out -- set interface out type=dpdk options:dpdk-devargs=net_null1,no-rx=1 \
  -- add-port br0 in -- set interface in type=dpdk options:dpdk-devargs="net_pcap0,rx_pcap=$tmp/in.pcap,infinite_rx=1"
forwarded=0
more() { [ "$(counter out tx_packets)" -gt $((forwarded + 10000)) ]; }
wait_until 20 more || fail "nothing flows"

# 4096 buffers of 60 kB for each of 1000 queues.
ovs-vsctl add-port br0 big -- set interface big type=dpdk options:dpdk-devargs=net_null2 mtu_request=60000 \
  options:n_rxq=1000 options:n_rxq_desc=4096 2>/dev/null
contains "error" "^big: no memory for [0-9]+ packet buffers: needs [0-9]+ MB of hugepages on node 0, [0-9]+ MB free: set vm.nr_hugepages to [0-9]+ or lower n_rxq_desc" \
  "$(column interface big error)"
read -r needed free pages < <(column interface big error |
  sed -E 's/.*needs ([0-9]+) MB.* ([0-9]+) MB free.* ([0-9]+) or lower.*/\1 \2 \3/')
there=$(awk '/^HugePages_Free/ { print $2 * 2 }' /proc/meminfo)
within "MB that are free" "$there" $((there + 1100)) "$free"
total=$(awk '/^HugePages_Total/ { print $2 }' /proc/meminfo)
within "pages to have" $((total + (needed - free) / 2)) $((total + (needed - free) / 2 + 2)) "$pages"
forwarded=$(counter out tx_packets)
wait_until 20 more || fail "the others stand still"
ovs-vsctl set interface big options:n_rxq=1 options:n_rxq_desc=64 mtu_request=1500
becomes 5 "[]" ovs-vsctl get interface big error
within "its number" 1 65279 "$(column interface big ofport)"
