#!/bin/bash
# DPDK's virtual devices as ports: net_pcap replays into one bridge, the packets cross a patch pair
# and leave another bridge by net_null and into a file of net_pcap.
source "$(dirname "$0")/_init.sh"
scapy <<END
wrpcap("$tmp/in.pcap", [$(udp - 1 2 9) for port in range(16)])
END
dpdk_switch
same "DPDK" "true" "$(column Open_vSwitch . dpdk_initialized)"
bridge br-a
bridge br-b
patch br-a p-a p-b br-b
ovs-vsctl add-port br-b out -- set interface out type=dpdk options:dpdk-devargs=net_null1,no-rx=1
ovs-vsctl add-port br-a in -- set interface in type=dpdk \
  options:dpdk-devargs="net_pcap0,rx_pcap=$tmp/in.pcap,infinite_rx=1"
same "no errors" "[]
[]" "$(ovs-vsctl get interface in error -- get interface out error)"

many() { [ "$(counter out tx_packets)" -gt 10000 ]; }
wait_until 20 many || fail "$(ovs-vsctl get interface out statistics)"
same "one flow" 1 "$(flows | grep -cE 'src=02:00:00:00:00:01,dst=02:00:00:00:00:02.*eth_type\(0x0800\)')"
status=$(ovs-vsctl get interface out status)
for pair in driver_name=net_null numa_id= port_no= max_rx_queues= max_tx_queues= if_descr=.*DPDK; do
  contains "status" "$pair" "$status"
done
show=$(ovs-appctl dpctl/show)
contains "dpctl/show" 'port [0-9]+: in \(dpdk: configured_rx_queues=1, configured_rxq_descriptors=2048, configured_tx_queues=.*mtu=1500' "$show"

stats=$(ovs-appctl dpif-netdev/pmd-stats-show)
contains "a PMD" '^pmd thread numa_id 0 core_id 1:$' "$stats"
for line in 'packets received: [0-9]+' 'emc hits: [0-9]+' 'megaflow hits: [0-9]+' \
  'miss with success upcall: [0-9]+' 'processing cycles: [0-9]+ \([0-9.]+%\)' \
  'avg processing cycles per packet: [0-9.]+ \([0-9]+/[0-9]+\)'; do
  contains "pmd-stats-show" "^  $line\$" "$stats"
done
queues=$(ovs-appctl dpif-netdev/pmd-rxq-show)
contains "rxq-show" 'port: in +queue-id:  0 \(enabled\)   pmd usage:' "$queues"

# Taking the port away while it receives, and attaching it again with other queues.
ovs-vsctl del-port in
ovs-vsctl set interface out options:n_rxq=2 options:n_txq_desc=1024 mtu_request=9000
becomes 10 9000 column interface out mtu
before=$(counter out tx_packets) # a port that is made anew counts from zero
contains "descriptors" 'port [0-9]+: out \(dpdk: .*configured_txq_descriptors=1024.*mtu=9000' "$(ovs-appctl dpctl/show)"
ovs-vsctl add-port br-a in -- set interface in type=dpdk \
  options:dpdk-devargs="net_pcap0,rx_pcap=$tmp/in.pcap,infinite_rx=1"
more() { [ "$(counter out tx_packets)" -gt $((before + 10000)) ]; }
wait_until 20 more || fail "nothing after attaching again: $(ovs-vsctl get interface out statistics)"
