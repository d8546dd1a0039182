#!/bin/bash
# A dpdk port that cannot be: the reason stands in its own row, as OVS says it, and the other ports
# forward on.
source "$(dirname "$0")/_init.sh"
scapy <<END
wrpcap("$tmp/in.pcap", [$(udp - 1 2 9)])
END
dpdk_switch
bridge br0
ovs-vsctl add-port br0 out -- set interface out type=dpdk options:dpdk-devargs=net_null1,no-rx=1
ovs-vsctl add-port br0 in -- set interface in type=dpdk \
  options:dpdk-devargs="net_pcap0,rx_pcap=$tmp/in.pcap,infinite_rx=1"

forwarded=0
refused() { # ERROR [OPTION]
  ovs-vsctl add-port br0 bad -- set interface bad type=dpdk ${2:+"options:dpdk-devargs=\"$2\""} 2>"$tmp/said"
  same "error" "$1" "$(column interface bad error)"
  contains "ovs-vsctl" "Error detected while setting up 'bad': " "$(cat "$tmp/said")"
  same "ofport" -1 "$(column interface bad ofport)"
  ovs-vsctl del-port bad
}
refused "Error attaching device 'net_nosuch0' to DPDK" net_nosuch0
refused "Error attaching device '0000:99:00.0' to DPDK" 0000:99:00.0
refused "Error attaching device 'net_pcap1,rx_pcap=/nonexistent' to DPDK" net_pcap1,rx_pcap=/nonexistent
refused "'bad' is missing 'options:dpdk-devargs'. The old 'dpdk<port_id>' names are not supported"
refused "'bad' is trying to use device 'net_null1,no-rx=1' which is already in use by 'out'" net_null1,no-rx=1
more() { [ "$(counter out tx_packets)" -gt $((forwarded + 10000)) ]; }
wait_until 20 more || fail "the others stand still: $(ovs-vsctl get interface out statistics)"

# A port in error heals when its options do.
ovs-vsctl add-port br0 heals -- set interface heals type=dpdk options:dpdk-devargs=net_nosuch0 2>/dev/null
ovs-vsctl set interface heals options:dpdk-devargs=net_null2
same "healed" "[]" "$(ovs-vsctl get interface heals error)"
within "ofport" 1 65279 "$(column interface heals ofport)"
forwarded=$(counter out tx_packets)
wait_until 20 more || fail "the others stand still: $(ovs-vsctl get interface out statistics)"
