#!/bin/bash
# ovs-appctl's commands about DPDK: there once it is in use, with OVS's texts.
source "$(dirname "$0")/_init.sh"
dpdk_switch
bridge br0
ovs-vsctl add-port br0 out -- set interface out type=dpdk options:dpdk-devargs=net_null1,no-rx=1 \
  -- add-port br0 vm -- set interface vm type=dpdkvhostuserclient options:vhost-server-path="$tmp/vm.sock"
same "commands" "dpdk/get-malloc-stats
dpdk/lcore-list
dpdk/log-list
dpdk/log-set {level | pattern:level}
netdev-dpdk/detach pci address of device
netdev-dpdk/get-mempool-info [netdev]
netdev-dpdk/set-admin-state [netdev] up|down" \
  "$(ovs-appctl list-commands | grep dpdk/ | sed -E 's/^ +//; s/ +/ /g; s/ $//')"
says() { ovs-appctl "$@" 2>&1 | head -n 1; }

# What DPDK says.
contains "cores" "^lcore 0, socket 0, role RTE, cpuset 0" "$(ovs-appctl dpdk/lcore-list)"
contains "workers" "role NON_EAL, cpuset 1" "$(ovs-appctl dpdk/lcore-list)"
contains "heap" "Heap name:socket_0" "$(ovs-appctl dpdk/get-malloc-stats)"
# dpdk-socket-mem is there, at once or soon.
heap_size() { ovs-appctl dpdk/get-malloc-stats | sed -nE 's/.*Heap_size:([0-9]+),/\1/p' | head -n 1; }
heap_is_full() { [ "$(heap_size)" -ge $((512 << 20)) ]; }
wait_until 20 heap_is_full || fail "the heap has $(heap_size) bytes"
level() { ovs-appctl dpdk/log-list | sed -nE "s/^id [0-9]+: $1, level is //p"; }
same "level" info "$(level lib.mbuf)"
same "log-set" "" "$(ovs-appctl dpdk/log-set lib.mbuf:debug)"
same "level now" debug "$(level lib.mbuf)"
same "others" info "$(level lib.hash)"
same "no such level" "invalid log level: 'nosuch'" "$(says dpdk/log-set lib.mbuf:nosuch)"
ovs-appctl dpdk/log-set notice
same "all types" notice "$(level lib.hash)"

# Pools.
contains "all pools" "^mempool <" "$(ovs-appctl netdev-dpdk/get-mempool-info)"
ports=(out vm)
if [ "$SWITCH" = ovs ]; then ports=(out); fi # it dies of the question about a guest that never came
for port in "${ports[@]}"; do
  within "buffers of $port" 1000 1000000 \
    "$(ovs-appctl netdev-dpdk/get-mempool-info "$port" | sed -nE 's/^ +size=([0-9]+)/\1/p' | head -n 1)"
done
for port in br0 nosuch; do
  same "$port" "Not a DPDK Interface" "$(says netdev-dpdk/get-mempool-info $port)"
  same "$port" "Not a DPDK Interface" "$(says netdev-dpdk/set-admin-state $port up)"
done

# Devices.
same "state" OK "$(says netdev-dpdk/set-admin-state out down)"
same "state of all" OK "$(says netdev-dpdk/set-admin-state up)"
same "no state" "Invalid Admin State" "$(says netdev-dpdk/set-admin-state out sideways)"
same "detach what is used" \
  "Device 'net_null1' is being used by the following interfaces: out. Remove them before detaching." \
  "$(says netdev-dpdk/detach net_null1)"
ovs-vsctl del-port out
same "detach what is gone" "Device 'net_null1' not found in DPDK" "$(says netdev-dpdk/detach net_null1)"
same "detach nothing" "Device 'nosuch' not found in DPDK" "$(says netdev-dpdk/detach nosuch)"

ovs-vsctl --if-exists del-port vm
heap_is_full || fail "of the heap $(heap_size) bytes are left"
