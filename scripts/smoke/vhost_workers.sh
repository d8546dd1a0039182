#!/bin/bash
# Guests that die and come back, and workers that come and go, while packets of two queues per guest
# cross: nobody touches memory that is gone, and packets flow again every time.
source "$(dirname "$0")/_init.sh"
source "$(dirname "$0")/_guest.sh"
dpdk_switch
bridge br0
for side in a b; do
  ovs-vsctl add-port br0 $side -- set interface $side type=dpdkvhostuserclient options:vhost-server-path="$tmp/$side.sock"
done
ovs-ofctl add-flow br0 in_port=a,actions=b
ovs-ofctl add-flow br0 in_port=b,actions=a
guest() {
  rm -f "$tmp/$1.sock"
  virtio_user "$1" "path=$tmp/$1.sock,server=1,queues=2,queue_size=1024,mrg_rxbuf=0,in_order=0,vectorized=1" \
    --forward-mode=flowgen --rxq=2 --txq=2
}
received() { dump_counter br0 "$1" rx | tr "?" 0; } # OVS knows nothing before the first guest
flowing() {
  local before
  before=$(received "$1")
  sleep 0.1
  [ "$(received "$1")" -gt $((before + 100)) ]
}
all_well() { for side in a b; do wait_until 20 flowing $side || fail "nothing from $side after $1"; done; }
pid=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
guest a
guest b
all_well "the start"

# How full the guests' queues are, and the log of rounds that met a full one.
ovs-vsctl set Open_vSwitch . other_config:pmd-perf-metrics=true
ovs-appctl dpif-netdev/pmd-perf-log-set on -us 100000000 -q 1
full() { grep -q 'Suspicious iteration (Vhost RX queue full)' "$OVS_LOGDIR/ovs-vswitchd.log"; }
wait_until 10 full || fail "no full queue is logged"
# The fifth histogram; its first bin is for empty queues.
within "rounds that found packets in a queue" 1 1000000000 \
  "$(ovs-appctl dpif-netdev/pmd-perf-show -pmd 1 | awk 'NF == 14 && $9 != "0" { n += $10 } END { print n + 0 }')"
ovs-appctl dpif-netdev/pmd-perf-log-set off
ovs-vsctl remove Open_vSwitch . other_config pmd-perf-metrics

for round in 1 2 3 4; do
  case $round in
    1 | 3) ovs-vsctl set Open_vSwitch . other_config:pmd-cpu-mask=0x3 ;;
    *) ovs-vsctl set Open_vSwitch . other_config:pmd-cpu-mask=0x2 ;;
  esac
  all_well "other workers, round $round"
  guest_gone b
  if [ "$round" = 2 ]; then ovs-vsctl set interface a mtu_request=2000; fi
  guest b
  all_well "a guest's death, round $round"
done
same "the switch lives" "$pid" "$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")"
kill -0 "$pid" || fail "the switch died"
queues=$(ovs-appctl dpif-netdev/pmd-rxq-show)
same "queues" 4 "$(grep -c 'queue-id' <<<"$queues")"
guest_gone a
guest_gone b
