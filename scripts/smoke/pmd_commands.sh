#!/bin/bash
# What dpif-netdev/* print of PMD threads, line by line: numbers differ, nothing else does.
source "$(dirname "$0")/_init.sh"
scapy <<END
wrpcap("$tmp/in.pcap", [$(udp - 1 2 9) for port in range(16)])
END
dpdk_switch
bridge br0
contains "no PMD thread yet" '^main thread:$' "$(ovs-appctl dpif-netdev/pmd-stats-show)"
ovs-vsctl add-port br0 out -- set interface out type=dpdk options:dpdk-devargs=net_null1,no-rx=1
ovs-vsctl add-port br0 in -- set interface in type=dpdk \
  options:dpdk-devargs="net_pcap0,rx_pcap=$tmp/in.pcap,infinite_rx=1"
running() { [ "$(ovs-appctl dpif-netdev/pmd-stats-show -pmd 1 | sed -n 's/^  emc hits: //p')" -gt 9999 ]; }
wait_until 20 running

# shape COMMAND...: the text with N for every number and one blank for several.
shape() { ovs-appctl "$@" | sed -E 's/[0-9]+(\.[0-9]+)?/N/g; s/ +/ /g; s/ $//'; }
same "without metrics" "
Time: N:N:N
Measurement duration: N s

pmd thread numa_id N core_id N:

 Iterations: N (N us/it)
 - Used TSC cycles: N ( N % of total cycles)
 - idle iterations: N ( N % of used cycles)
 - busy iterations: N ( N % of used cycles)
 - sleep iterations: N ( N % of iterations)
 Sleep time (us): N ( N us/iteration avg.)
 Rx packets: N (N Kpps, N cycles/pkt)
 Datapath passes: N (N passes/pkt)
 - PHWOL hits: N ( N %)
 - MFEX Opt hits: N ( N %)
 - Simple Match hits: N ( N %)
 - EMC hits: N ( N %)
 - SMC hits: N ( N %)
 - Megaflow hits: N ( N %, N subtbl lookups/hit)
 - Upcalls: N ( N %, N us/upcall)
 - Lost upcalls: N ( N %)
 Tx packets: N (N Kpps)
 Tx batches: N (N pkts/batch)" "$(shape dpif-netdev/pmd-perf-show -it 3 -pmd 1 | sed 's/(N %/( N %/')"

ovs-vsctl set Open_vSwitch . other_config:pmd-perf-metrics=true
sleep 0.3
perf=$(ovs-appctl dpif-netdev/pmd-perf-show -it 2 -ms 3)
same "histograms of 32 bins" 32 "$(awk 'NF == 14 && $2 ~ /^[0-9]+$/' <<<"$perf" | wc -l)"
contains "their heads" '^   cycles/it              packets/it             cycles/pkt             pkts/batch             max vhost qlen         upcalls/it             cycles/upcall        $' "$perf"
contains "the first bin" '^   499       [0-9]+ +0         [0-9]+ +100       [0-9]+ +0         [0-9]+ +0  ' "$perf"
contains "rounds" '^   iter                cycles       packets      cycles/pkt   pkts/batch   vhost qlen   upcalls      cycles/upcall$' "$perf"
contains "milliseconds" '^   ms             iterations   cycles/it    Kpps         cycles/pkt   pkts/batch   vhost qlen   upcalls      cycles/upcall$' "$perf"
same "so many of each" 5 "$(sed -n '/^   iter /,$p' <<<"$perf" | grep -cE '^   [0-9]+ +[0-9]+ +[0-9]+ ')"
lacks "no histograms" Histograms "$(ovs-appctl dpif-netdev/pmd-perf-show -nh)"
same "no such core" "" "$(ovs-appctl dpif-netdev/pmd-perf-show -pmd 9)"

# Suspicious rounds: every round is longer than nothing.
same "log" "" "$(ovs-appctl dpif-netdev/pmd-perf-log-set on -b 2 -a 2 -us 0)"
logged() { grep -q 'Neighborhood of suspicious iteration' "$OVS_LOGDIR/ovs-vswitchd.log"; }
wait_until 10 logged
ovs-appctl dpif-netdev/pmd-perf-log-set off
contains "the log says" 'pmd-perf-log-set: on, before=2, after=2, extend=false, us_thr=0, q_thr=128' \
  "$(grep pmd_perf "$OVS_LOGDIR/ovs-vswitchd.log")"
contains "what was found" 'Suspicious iteration \(Excessive total cycles\): iter=[0-9]+ duration=[0-9]+ us' \
  "$(grep pmd_perf "$OVS_LOGDIR/ovs-vswitchd.log")"
contains "wrong arguments" '^Usage: ovs-appctl dpif-netdev/pmd-perf-log-set ' \
  "$(fails ovs-appctl dpif-netdev/pmd-perf-log-set maybe)"

# Clearing one thread leaves the others.
ovs-vsctl set Open_vSwitch . other_config:pmd-cpu-mask=0x3
two() { [ "$(ovs-appctl dpif-netdev/pmd-stats-show | grep -c core_id)" = 2 ]; }
wait_until 10 two
iterations() { ovs-appctl dpif-netdev/pmd-perf-show -nh -pmd "$1" | sed -nE 's/.*Iterations: +([0-9]+).*/\1/p'; }
sleep 1
before=$(iterations 0)
ovs-appctl dpif-netdev/pmd-stats-clear -pmd 1
[ "$(iterations 0)" -ge "$before" ] || fail "core 0 was cleared too"
duration=$(ovs-appctl dpif-netdev/pmd-perf-show -nh -pmd 1 | sed -nE 's/^Measurement duration: ([0-9]+).*/\1/p')
same "core 1 was" 0 "$duration"

contains "lookups" '^  generic \(Use count: [0-9]+, Priority: 1\)$' "$(ovs-appctl dpif-netdev/subtable-lookup-info-get)"
contains "by its other name" '^  generic ' "$(ovs-appctl dpif-netdev/subtable-lookup-prio-get)"
contains "no such function" '^error, subtable lookup function not found' "$(fails ovs-appctl dpif-netdev/subtable-lookup-prio-set best 5)"
contains "no such priority" '^error converting priority, use integer in range 0-255' "$(fails ovs-appctl dpif-netdev/subtable-lookup-prio-set generic 500)"
same "datapath" "Available DPIF implementations:
  dpif_scalar (pmds: 0,1)" "$(ovs-appctl dpif-netdev/dpif-impl-get | grep -v avx)"
contains "parser" '^  scalar \(available: True pmds: 0,1\)$' "$(ovs-appctl dpif-netdev/miniflow-parser-get)"
same "parser of one" "Miniflow extract implementation set to scalar, on pmd thread 1." \
  "$(ovs-appctl dpif-netdev/miniflow-parser-set -pmd 1 scalar)"
contains "no such thread" 'PMD thread 5 not in use' "$(fails ovs-appctl dpif-netdev/miniflow-parser-set -pmd 5 scalar)"
same "bonds" "" "$(ovs-appctl dpif-netdev/bond-show)"
contains "no such datapath" '^please specify an existing datapath' "$(fails ovs-appctl dpif-netdev/bond-show nowhere)"

# Flows of a kind: none is offloaded.
for kind in offloaded tc dpdk partially-offloaded; do
  same "$kind" "" "$(ovs-appctl dpctl/dump-flows type=$kind)"
done
for kind in ovs non-offloaded all ovs,tc; do
  contains "$kind" 'in_port\(' "$(ovs-appctl dpctl/dump-flows type=$kind)"
done
contains "no such kind" '^ovs-vswitchd: Failed to parse type \(fast\) \(Invalid argument\)' "$(fails ovs-appctl dpctl/dump-flows type=fast)"
core=$(ovs-appctl dpctl/dump-flows | sed -n 's/^flow-dump from pmd on cpu core: //p')
lacks "a core's flows have no heading" flow-dump "$(ovs-appctl dpctl/dump-flows pmd="$core")"
contains "but flows" 'in_port\(' "$(ovs-appctl dpctl/dump-flows pmd="$core")"
same "nobody's" "" "$(ovs-appctl dpctl/dump-flows pmd=9)"
fails ovs-appctl dpctl/dump-flows pmd=one >"$tmp/one"
# Knobs of caches are taken; there is nothing for them to do.
ovs-vsctl set Open_vSwitch . other_config:emc-insert-inv-prob=0 other_config:smc-enable=true \
  other_config:userspace-tso-enable=false
