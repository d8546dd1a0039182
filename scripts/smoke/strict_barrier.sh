#!/bin/bash
# A barrier reply means that no packet which comes in afterwards sees the old tables, however many
# megaflows there are, and traffic goes on meanwhile. 200 changes under traffic, no packet too late.
# ovs: no, because it answers a barrier before its megaflows are revalidated
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0 fail_mode=secure
for name in a b c; do
  ip link add "v-$name" type veth peer name "$name"
  ip link set dev "v-$name" up
  ip link set dev "$name" up
  ovs-vsctl add-port br0 "v-$name"
done
# Whole keys: as many megaflows as there are UDP ports.
ovs-appctl upcall/disable-megaflows >/dev/null
ovs-ofctl add-flow br0 priority=1,actions=2

for flows in 1 2000; do
  read -r late seen median < <(cd "$(dirname "$0")" && python3 barrier.py "$OVS_RUNDIR/br0.mgmt" 100 "$flows")
  say "$flows flows: $late of $seen packets too late, a barrier took $median ms"
  same "packets that saw the old tables ($flows flows)" 0 "$late"
  within "packets that came at all" 1000 100000000 "$seen"
done
