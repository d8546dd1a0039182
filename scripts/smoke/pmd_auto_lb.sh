#!/bin/bash
# pmd-auto-lb: a PMD thread that has been busy for a minute, beside one that is idle, is relieved of a
# queue. Minutes pass quickly: time is virtual.
# ovs: no, because its PMD threads measure real minutes
source "$(dirname "$0")/_init.sh"
scapy <<END
wrpcap("$tmp/in.pcap", [$(udp - 1 2 9) for port in range(16)])
END
mount -t hugetlbfs nodev /dev/hugepages 2>/dev/null || true
memory=(other_config:dpdk-socket-mem=512 other_config:dpdk-extra=--no-pci)
reserve_hugepages || memory=("other_config:dpdk-extra=--no-pci --no-huge -m 1024")
start_database
ovs-vsctl --no-wait init -- set Open_vSwitch . other_config:dpdk-init=true \
  other_config:dpdk-lcore-mask=0x1 other_config:pmd-cpu-mask=0x3 "${memory[@]}"
start_daemon "$SWITCH" --enable-dummy
bridge br0
# Nothing is known of their costs: one queue to the first core, two to the other.
ovs-vsctl add-port br0 idle -- set interface idle type=dpdk options:dpdk-devargs=net_null1,no-rx=1 \
  -- add-port br0 in -- set interface in type=dpdk options:n_rxq=2 \
  options:dpdk-devargs="net_pcap0,rx_pcap=$tmp/in.pcap,rx_pcap=$tmp/in.pcap,infinite_rx=1"
busy() { ovs-appctl dpif-netdev/pmd-rxq-show -pmd "$1" | grep -c 'port: in ' || true; }
becomes 10 "0" busy 0
becomes 10 "2" busy 1

ovs-appctl time/stop >"$tmp/stop"
pass() { # five seconds, so many times
  local i
  for ((i = 0; i < $1; i++)); do
    ovs-appctl time/warp 5000 >"$tmp/warp"
    sleep 0.1
  done
}
pass 14
same "nobody asked for it" 0 "$(busy 0)"
ovs-vsctl set Open_vSwitch . other_config:pmd-auto-lb=true other_config:pmd-auto-lb-rebal-interval=5 \
  other_config:pmd-auto-lb-load-threshold=60
contains "the log" 'PMD auto load balance is enabled, interval 5 mins, pmd load threshold 60%, improvement threshold 25%.' \
  "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"
pass 26
same "not yet" 0 "$(busy 0)"
ovs-vsctl set Open_vSwitch . other_config:pmd-auto-lb-rebal-interval=1
# A machine with other work may keep a thread from its core for a whole interval: then it was idle.
relieved() { pass 1; [ "$(busy 0)" = 1 ]; }
wait_until 60 relieved || fail "$(ovs-appctl dpif-netdev/pmd-rxq-show)"
same "a queue went to the idle core" 1 "$(busy 0)"
same "and one stayed" 1 "$(busy 1)"
contains "the log" 'PMD auto load balance dry run. Requesting datapath reconfigure.' \
  "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"
