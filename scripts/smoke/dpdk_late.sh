#!/bin/bash
# dpdk-init is set while the switch runs: until then a dpdk port is an error of its own, afterwards it
# works without a restart, on the cores of a pmd-cpu-mask that may change as well.
source "$(dirname "$0")/_init.sh"
mount -t hugetlbfs nodev /dev/hugepages 2>/dev/null || true
reserve_hugepages || true
start_database
ovs-vsctl --no-wait init -- set Open_vSwitch . other_config:dpdk-extra=--no-pci \
  other_config:dpdk-lcore-mask=0x1
start_daemon "$SWITCH"
same "before" false "$(column Open_vSwitch . dpdk_initialized)"
contains "version" '^DPDK [0-9]+\.[0-9]+' "$(column Open_vSwitch . dpdk_version)"
lacks "types" '(^|[^a-z])dpdk([^a-z]|$)' "$(column Open_vSwitch . iface_types)"
bridge br0
bridge br1
patch br0 p0 p1 br1
ovs-vsctl add-port br1 out -- set interface out type=dpdk options:dpdk-devargs=net_null1,no-rx=1 2>/dev/null
contains "error" "could not open network device out \(Address family not supported by protocol\)" \
  "$(column interface out error)"

ovs-vsctl set Open_vSwitch . other_config:dpdk-init=true other_config:pmd-cpu-mask=0x2
becomes 20 true column Open_vSwitch . dpdk_initialized
contains "types" '(^|[^a-z])dpdk([^a-z]|$)' "$(column Open_vSwitch . iface_types)"
becomes 10 "[]" ovs-vsctl get interface out error
scapy <<END2
wrpcap("$tmp/in.pcap", [$(udp - 1 2 9)])
END2
ovs-vsctl add-port br0 in -- set interface in type=dpdk \
  options:dpdk-devargs="net_pcap0,rx_pcap=$tmp/in.pcap,infinite_rx=1" options:n_rxq_desc=512
many() { [ "$(counter out tx_packets)" -gt 10000 ]; }
wait_until 20 many || fail "$(ovs-vsctl get interface out statistics)"
contains "core" '^pmd thread numa_id 0 core_id 1:$' "$(ovs-appctl dpif-netdev/pmd-rxq-show)"
contains "descriptors" 'out|in \(dpdk: .*configured_rxq_descriptors=512' "$(ovs-appctl dpctl/show)"

# The PMD thread moves to another core, and its queues with it.
ovs-vsctl set Open_vSwitch . other_config:pmd-cpu-mask=0x1
moved() { ovs-appctl dpif-netdev/pmd-rxq-show | grep -A 4 'core_id 0:' | grep -q 'port: in '; }
wait_until 10 moved || fail "$(ovs-appctl dpif-netdev/pmd-rxq-show)"
lacks "the old core" 'core_id 1:' "$(ovs-appctl dpif-netdev/pmd-rxq-show)"
