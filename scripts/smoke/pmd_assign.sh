#!/bin/bash
# Several receive queues over two PMD threads: pmd-rxq-assign, pmd-rxq-affinity, pmd-rxq-isolate,
# pmd-rxq-rebalance, and what pmd-rxq-show says of it.
source "$(dirname "$0")/_init.sh"
scapy <<END
wrpcap("$tmp/in.pcap", [$(udp - 1 2 9) for port in range(16)])
END
dpdk_switch
ovs-vsctl set Open_vSwitch . other_config:pmd-cpu-mask=0x3 other_config:pmd-rxq-assign=roundrobin
bridge br0
ovs-vsctl add-port br0 a -- set interface a type=dpdk options:n_rxq=4 options:n_txq=9 \
  options:dpdk-devargs=net_null0,no-rx=1 -- set interface a ofport_request=1

# who [OPTION...]: port and queues of each core, in one line a core.
who() {
  ovs-appctl dpif-netdev/pmd-rxq-show "$@" | awk '
    / core_id / {if (line) print line; sub(":", ""); line = $NF}
    /isolated : true/ {line = line " isolated"}
    /port:/ {line = line " " $2 $4}
    END {print line}'
}
becomes 10 "0 a0 a2
1 a1 a3" who
show=$(ovs-appctl dpif-netdev/pmd-rxq-show -pmd 1)
same "nothing is known yet" "Displaying last 60 seconds pmd usage %
pmd thread numa_id 0 core_id 1:
  isolated : false
  port: a                 queue-id:  1 (enabled)   pmd usage: NOT AVAIL
  port: a                 queue-id:  3 (enabled)   pmd usage: NOT AVAIL
  overhead: NOT AVAIL" "$show"
contains "queues" 'port [0-9]+: a \(dpdk: configured_rx_queues=4, .*configured_tx_queues=3,.* requested_tx_queues=3,' \
  "$(ovs-appctl dpctl/show)"
same "no such core" "" "$(ovs-appctl dpif-netdev/pmd-rxq-show -pmd 9)"
contains "in steps of five" '^Displaying last 10 seconds pmd usage %$' \
  "$(ovs-appctl dpif-netdev/pmd-rxq-show -secs 6)"

ovs-vsctl set interface a other_config:pmd-rxq-affinity='"3:0"'
becomes 10 "0 isolated a3
1 a0 a1 a2" who
# What cannot be read changes nothing.
ovs-vsctl set interface a other_config:pmd-rxq-affinity='"3:zero"'
sleep 0.3
same "as before" "0 isolated a3
1 a0 a1 a2" "$(who)"
contains "said so" 'Invalid argument' "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"
ovs-vsctl set interface a other_config:pmd-rxq-affinity='"0:1,1:0,2:5"'
becomes 10 "0 isolated a1
1 isolated a0" who
contains "core 5" 'Core  5 cannot be pinned with port .a. rx queue 2. Use pmd-cpu-mask' \
  "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"
ovs-vsctl set Open_vSwitch . other_config:pmd-rxq-assign=group other_config:pmd-rxq-isolate=false
becomes 10 "0 a1 a2
1 a0 a3" who

ovs-vsctl remove interface a other_config pmd-rxq-affinity -- \
  remove Open_vSwitch . other_config pmd-rxq-isolate -- \
  set Open_vSwitch . other_config:pmd-rxq-assign=cycles
becomes 10 "0 a0 a3
1 a1 a2" who
contains "the log" 'Performing pmd to rx queue assignment using cycles algorithm.$' \
  "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"

# Measured costs: the queues of a port with traffic are dearer than all others.
ovs-vsctl add-port br0 b -- set interface b type=dpdk options:n_rxq=2 ofport_request=2 \
  options:dpdk-devargs="net_pcap0,rx_pcap=$tmp/in.pcap,rx_pcap=$tmp/in.pcap,infinite_rx=1" \
  other_config:pmd-rxq-affinity='"0:1,1:1"'
measured() { [ "$(ovs-appctl dpif-netdev/pmd-rxq-show -secs 5 -pmd 1 | grep -cE 'port: b .*usage: +[1-9]')" = 2 ]; }
wait_until 30 measured || fail "$(ovs-appctl dpif-netdev/pmd-rxq-show -secs 5)"
ovs-vsctl set Open_vSwitch . other_config:pmd-rxq-assign=group -- \
  remove interface b other_config pmd-rxq-affinity
spread() { ovs-appctl dpif-netdev/pmd-rxq-show -pmd "$1" | grep -c 'port: b ' || true; }
becomes 10 1 spread 0
becomes 10 1 spread 1
same "rebalance" "pmd rxq rebalance requested." "$(ovs-appctl dpif-netdev/pmd-rxq-rebalance)"
contains "no such datapath" 'please specify an existing datapath' \
  "$(fails ovs-appctl dpif-netdev/pmd-rxq-rebalance nowhere)"
contains "cycles in the log" 'assigned port .b. rx queue [01] \(measured processing cycles [1-9][0-9]+\).$' \
  "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"
