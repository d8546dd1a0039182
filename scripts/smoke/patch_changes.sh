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
on left ping -n -i 0.02 -W 1 10.0.0.2 >"$tmp/stream" & stream=$!
on left ping -n -i 0.02 -W 1 10.0.0.4 >"$tmp/steady" & steady=$!

ovs-vsctl del-port br-b p-b
cut_off left 10.0.0.2
ovs-vsctl add-port br-b p-b -- set interface p-b type=patch options:peer=p-a
reaches left 10.0.0.2

# The far end moves to br-c, under the same name, in one transaction.
ovs-vsctl del-port br-b p-b -- add-port br-c p-b -- set interface p-b type=patch options:peer=p-a
reaches left 10.0.0.3
cut_off left 10.0.0.2
ovs-vsctl del-port br-c p-b -- add-port br-b p-b -- set interface p-b type=patch options:peer=p-a
reaches left 10.0.0.2

# A bridge disappears with the far end on it, and comes back.
ovs-vsctl del-br br-b
cut_off left 10.0.0.2
bridge br-b
ovs-vsctl add-port br-b v-right -- add-port br-b p-b \
  -- set interface p-b type=patch options:peer=p-a
reaches left 10.0.0.2

kill -INT $stream $steady
wait $stream $steady || true
loss=$(sed -nE 's/.* ([0-9.]+)% packet loss.*/\1/p' "$tmp/steady")
within "loss beside the patch, percent" 0 1 "${loss%.*}"
