#!/bin/bash
# The far end of a patch pair is deleted, re-added, moved to another bridge and loses its bridge
# while packets cross; each time traffic follows at once and nothing else is disturbed.
source "$(dirname "$0")/_init.sh"
start_switch
for name in br-a br-b br-c; do bridge $name; done
host left br-a 10.0.0.1/24
host right br-b 10.0.0.2/24
host third br-c 10.0.0.3/24
host beside br-a 10.0.0.4/24
patch br-a p-a p-b br-b
reaches left 10.0.0.2
stream left 10.0.0.2
stream left 10.0.0.4

ovs-vsctl del-port br-b p-b
cut_off left 10.0.0.2
ovs-vsctl add-port br-b p-b -- set interface p-b type=patch options:peer=p-a
reaches left 10.0.0.2

move() { # BRIDGE FROM-BRIDGE: p-b lives on BRIDGE now, under the same name
  local new=(add-port "$1" p-b -- set interface p-b type=patch options:peer=p-a)
  # In one transaction Debian's OVS moves the port, but not the way of the packets.
  if ours; then ovs-vsctl del-port "$2" p-b -- "${new[@]}"; return; fi
  ovs-vsctl del-port "$2" p-b
  ovs-vsctl "${new[@]}"
}
move br-c br-b
reaches left 10.0.0.3
cut_off left 10.0.0.2
move br-b br-c
reaches left 10.0.0.2

# A bridge disappears with the far end on it, and comes back.
ovs-vsctl del-br br-b
cut_off left 10.0.0.2
bridge br-b
ovs-vsctl add-port br-b v-right -- add-port br-b p-b \
  -- set interface p-b type=patch options:peer=p-a
reaches left 10.0.0.2

within "loss beside the patch, percent" 0 1 "$(stream_loss left 10.0.0.4)"
