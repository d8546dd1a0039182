#!/bin/bash
# Pools of packet buffers: shared by ports of like MTU; of sizes that the operator chose; each port's own. And
# options that a driver has no use for.
# ovs: no, because its pools are named otherwise
source "$(dirname "$0")/_init.sh"
dpdk_switch
bridge br0
log=$OVS_LOGDIR/ovs-vswitchd.log
add() { ovs-vsctl add-port br0 "$1" -- set interface "$1" type=dpdk options:dpdk-devargs="net_null$2,no-rx=1" \
  options:n_rxq_desc=128 options:n_txq_desc=128 "${@:3}"; }
pool() { ovs-appctl netdev-dpdk/get-mempool-info "$1" | sed -nE 's/^mempool <([^>]*)>.*/\1/p'; }
room() { pool "$1" | cut -d- -f2; }
# again KEY VALUE: the ports with another model of memory.
again() {
  stop_switch
  ovs-vsctl --no-wait set open_vswitch . "other_config:$1=$2"
  start_daemon "$SWITCH"
  same "no errors" "" "$(ovs-vsctl --columns=error --bare find interface | grep . || true)"
}

add a 1
add b 2
add big 3 mtu_request=9000
same "a's and b's" "$(pool a)" "$(pool b)"
differ() { [ "$1" != "$2" ] || fail "$1 is shared"; }
differ "$(pool a)" "$(pool big)"
same "bytes" "2048 9216" "$(room a) $(room big)"

again shared-mempool-config 9000
same "bytes" "9216 9216 9216" "$(room a) $(room b) $(room big)"
contains "log" 'netdev_dpdk\|INFO\|User configured shared mempool set for: MTU 9000, NUMA ALL\.' "$(cat "$log")"

again per-port-memory true
differ "$(pool a)" "$(pool b)"
differ "$(pool a)" "$(pool big)"
ovs-vsctl set interface a options:n_rxq_desc=256
differ "$(pool a)" "$(pool b)"

ovs-vsctl set interface a options:rx-flow-ctrl=true options:dpdk-lsc-interrupt=true options:dpdk-vf-mac=02:00:00:00:00:01
for text in 'a: Flow control is not supported\.' \
  "'a' is trying to set the VF MAC '02:00:00:00:00:01' but 'options:dpdk-vf-mac' is only supported for VF representors\." \
  'Interface a: the driver tells of no link changes \(dpdk-lsc-interrupt\): polling'; do
  becomes 5 1 eval "grep -cE \"netdev_dpdk\|WARN\|$text\" '$log' | sed 's/^[1-9].*/1/'"
done
contains "still there" 'lsc_interrupt_mode=false' "$(ovs-appctl dpctl/show)"
