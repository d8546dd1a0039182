#!/bin/bash
# How PMD threads send: over all transmit queues by connection (tx-steering), and in fuller batches when
# packets may wait for others (tx-flush-interval).
source "$(dirname "$0")/_init.sh"
scapy <<END
wrpcap("$tmp/in.pcap", [Ether(src='02:00:00:00:00:01',dst='02:00:00:00:00:02')
  /IP(src='10.0.%d.1' % (n % 2),dst='10.1.0.1')/UDP(sport=1000+n,dport=9)/('x'*18) for n in range(256)])
END
dpdk_switch
# Three transmit queues: of two PMD threads and of the main thread.
ovs-vsctl set Open_vSwitch . other_config:pmd-cpu-mask=0x3
bridge br0
ovs-ofctl del-flows br0
ovs-vsctl add-port br0 a -- set interface a type=dpdk ofport_request=2 options:dpdk-devargs=net_null1,no-rx=1 \
  -- add-port br0 b -- set interface b type=dpdk ofport_request=3 options:dpdk-devargs=net_null2,no-rx=1
ovs-ofctl add-flow br0 ip,nw_src=10.0.0.0/24,actions=output:2
ovs-ofctl add-flow br0 ip,nw_src=10.0.1.0/24,actions=output:3
ovs-vsctl add-port br0 in -- set interface in type=dpdk ofport_request=1 other_config:pmd-rxq-affinity='"0:1"' \
  options:dpdk-devargs="net_pcap0,rx_pcap=$tmp/in.pcap,infinite_rx=1"

# batch: packets per output batch of core 1, from now.
batch() {
  ovs-appctl dpif-netdev/pmd-stats-clear
  sleep 0.5
  ovs-appctl dpif-netdev/pmd-stats-show -pmd 1 | sed -n 's/^  avg. packets per output batch: //p'
}
sent() { [ "$(ovs-appctl dpif-netdev/pmd-stats-show -pmd 1 | sed -n 's/^  emc hits: //p')" -gt 9999 ]; }
wait_until 20 sent
same "half a burst for each port" 16.00 "$(batch)"
ovs-vsctl set Open_vSwitch . other_config:tx-flush-interval=1000
sleep 0.2
full=$(batch)
within "packets wait for others" 30 32 "${full%.*}"
contains "the log" 'Flushing interval for tx queues set to 1000 us' "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"
ovs-vsctl remove Open_vSwitch . other_config tx-flush-interval
sleep 0.2
same "as before" 16.00 "$(batch)"

# used: how many transmit queues of port a have sent anything since the last call.
queues() { ovs-vsctl get interface a statistics:tx_q0_packets statistics:tx_q1_packets statistics:tx_q2_packets 2>/dev/null; }
used() {
  local before after
  before=$(queues)
  wait_until 20 moved "$before"
  after=$(queues)
  paste <(echo "$before") <(echo "$after") | awk '$1 != $2 {n++} END {print n + 0}'
}
moved() { [ "$(queues)" != "$1" ]; }
same "a thread sends on its queue" 1 "$(used)"
ovs-vsctl set interface a other_config:tx-steering=hash
contains "the log" "a: Tx packet steering mode has been set to 'hash'." "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"
used >"$tmp/mixed" # statistics of the time before
same "or on all" 3 "$(used)"
ovs-vsctl set interface a other_config:tx-steering=thread
used >"$tmp/mixed"
same "or on its own again" 1 "$(used)"
