#!/bin/bash
# pmd-sleep-max: an idle PMD thread sleeps, a busy one does not; for all threads or by core.
# ovs: no, because Debian's 3.1 has no list by core and no pmd-sleep-show
source "$(dirname "$0")/_init.sh"
scapy <<END
wrpcap("$tmp/in.pcap", [$(udp - 1 2 9) for port in range(16)])
END
dpdk_switch
bridge br0
ovs-vsctl add-port br0 out -- set interface out type=dpdk options:dpdk-devargs=net_null1,no-rx=1
same "by default nobody sleeps" "Default max sleep:    0 us
pmd thread numa_id 0 core_id 1:
  max sleep:    0 us" "$(ovs-appctl dpif-netdev/pmd-sleep-show)"

# task FILE: of the PMD thread. cpu: percent of a core that it took in a second; naps: how often it slept
# in a second.
task() {
  local comm
  comm=$(grep -l '^pmd-c1' /proc/"$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")"/task/*/comm)
  cat "${comm%comm}$1"
}
cpu() { local before; before=$(ticks); sleep 1; echo $(($(ticks) - before)); }
ticks() { task stat | awk '{print $14 + $15}'; }
naps() { local before; before=$(switches); sleep 1; echo $(($(switches) - before)); }
switches() { task status | sed -n 's/^voluntary_ctxt_switches:[[:space:]]*//p'; }
within "an idle thread spins" 0 20 "$(naps)"
ovs-vsctl set Open_vSwitch . other_config:pmd-sleep-max=500
sleep 0.5
within "an idle thread sleeps" 100 3000 "$(naps)"
within "and takes little of its core" 0 4 "$(cpu)"
perf=$(ovs-appctl dpif-netdev/pmd-perf-show)
contains "sleeps are counted" '^  - sleep iterations: +[1-9][0-9]*  \( ' "$perf"
contains "and how long they were" '^  Sleep time \(us\): +[1-9][0-9]*  \( *[0-9]+ us/iteration avg.\)$' "$perf"

ovs-vsctl set Open_vSwitch . other_config:pmd-sleep-max='"100,1:0,7:20000"'
same "a core of its own" "Default max sleep:  100 us
pmd thread numa_id 0 core_id 1:
  max sleep:    0 us" "$(ovs-appctl dpif-netdev/pmd-sleep-show)"
within "that one spins" 0 20 "$(naps)"
ovs-vsctl remove Open_vSwitch . other_config pmd-sleep-max -- \
  set Open_vSwitch . other_config:pmd-maxsleep=300
contains "the name of 3.1" 'max sleep:  300 us' "$(ovs-appctl dpif-netdev/pmd-sleep-show)"

# Under load there is no sleep.
ovs-vsctl add-port br0 in -- set interface in type=dpdk \
  options:dpdk-devargs="net_pcap0,rx_pcap=$tmp/in.pcap,infinite_rx=1"
sleep 0.5
ovs-appctl dpif-netdev/pmd-stats-clear
sleep 0.5
contains "no sleep under load" 'sleep iterations: +0 ' "$(ovs-appctl dpif-netdev/pmd-perf-show)"
